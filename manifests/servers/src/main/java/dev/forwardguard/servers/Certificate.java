package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A certificate for {@code *.example.com} and {@code *.example.test} with its authority, and its
 * key, as PEM files. Firefox accepts no certificate that is its own authority.
 *
 * @param authority what clients have to trust
 */
record Certificate(Path certificate, Path key, Path authority) {
    private static final String PASSWORD = "changeit";
    private static final String AUTHORITY = "authority";
    private static final String GATEWAY = "gateway";

    static Certificate in(Path directory) {
        try {
            Path store = directory.resolve("gateway.p12");
            keytool(
                    store,
                    "-genkeypair -alias authority -keyalg EC -dname CN=authority -validity 3 -ext"
                            + " BC:critical=ca:true -ext KU=keyCertSign");
            keytool(
                    store,
                    "-genkeypair -alias gateway -signer authority -keyalg EC -dname CN=gateway"
                            + " -validity 2 -ext SAN=dns:*.example.com,dns:*.example.test -ext"
                            + " EKU=serverAuth");
            var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            return new Certificate(
                    pem(
                            directory.resolve("cert.pem"),
                            "CERTIFICATE",
                            keys.getCertificate(GATEWAY).getEncoded(),
                            keys.getCertificate(AUTHORITY).getEncoded()),
                    pem(
                            directory.resolve("key.pem"),
                            "PRIVATE KEY",
                            keys.getKey(GATEWAY, PASSWORD.toCharArray()).getEncoded()),
                    pem(
                            directory.resolve("authority.pem"),
                            "CERTIFICATE",
                            keys.getCertificate(AUTHORITY).getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static void keytool(Path store, String options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(options.split(" ")));
        command.addAll(
                List.of(
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString()));
        Path log = store.resolveSibling("keytool.log");
        try (var run = ChildProcess.start(log, Map.of(), command)) {
            run.awaitExit(Duration.ofSeconds(30));
        }
    }

    private static Path pem(Path file, String what, byte[]... ders) throws IOException {
        var text = new StringBuilder();
        for (byte[] der : ders) {
            String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
            text.append("-----BEGIN %s-----\n%s\n-----END %1$s-----\n".formatted(what, lines));
        }
        return Files.writeString(file, text);
    }
}
