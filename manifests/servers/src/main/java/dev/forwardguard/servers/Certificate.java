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
 * A self-signed certificate for {@code *.example.com} and {@code *.example.test}, and its key, as
 * PEM files.
 */
record Certificate(Path certificate, Path key) {
    private static final String PASSWORD = "changeit";

    static Certificate in(Path directory) {
        try {
            Path store = keytool(directory);
            var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            return new Certificate(
                    pem(
                            directory.resolve("cert.pem"),
                            "CERTIFICATE",
                            keys.getCertificate("gateway").getEncoded()),
                    pem(
                            directory.resolve("key.pem"),
                            "PRIVATE KEY",
                            keys.getKey("gateway", PASSWORD.toCharArray()).getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static Path keytool(Path directory) {
        Path store = directory.resolve("gateway.p12");
        String options =
                "-genkeypair -alias gateway -keyalg EC -dname CN=gateway -validity 2"
                        + " -ext SAN=dns:*.example.com,dns:*.example.test -storetype PKCS12";
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(options.split(" ")));
        command.addAll(List.of("-storepass", PASSWORD, "-keystore", store.toString()));
        try (var run = ChildProcess.start(directory.resolve("keytool.log"), Map.of(), command)) {
            run.awaitExit(Duration.ofSeconds(30));
        }
        return store;
    }

    private static Path pem(Path file, String what, byte[] der) throws IOException {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                file, "-----BEGIN %s-----\n%s\n-----END %1$s-----\n".formatted(what, lines));
    }
}
