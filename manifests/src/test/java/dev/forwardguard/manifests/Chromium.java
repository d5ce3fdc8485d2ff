package dev.forwardguard.manifests;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A process of Chromium without a window, and its page in DevTools. It resolves every name of
 * example.com to the gateway, and accepts the gateway's certificate by its key. If it ignored the
 * errors of certificates instead, hosts would not share connections, as they do in people's
 * browsers.
 */
record Chromium(ChildProcess process, URI page) implements AutoCloseable {
    private static final List<String> FLAGS =
            List.of(
                    "--headless",
                    "--no-sandbox", // required as root; it only loads pages of the test
                    "--disable-gpu",
                    "--disable-quic",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--remote-debugging-port=0");

    /**
     * @param preferences of its profile, as JSON
     */
    static Chromium start(Path directory, Gateway.Running gateway, String preferences) {
        return start(
                directory,
                preferences,
                "--host-resolver-rules=MAP *.example.com:443 127.0.0.1:" + gateway.httpsPort(),
                "--ignore-certificate-errors-spki-list=" + fingerprint(gateway.trusted()));
    }

    /** Starts one that is in front of no gateway. */
    static Chromium start(Path directory) {
        return start(directory, "{}");
    }

    private static Chromium start(Path directory, String preferences, String... flags) {
        Program chromium = Program.installed("chromium", "chromium");
        Path profile = directory.resolve("chromium");
        prefer(profile, preferences);
        String[] all =
                Stream.of(
                                FLAGS.stream(),
                                Arrays.stream(flags),
                                Stream.of("--user-data-dir=" + profile, "about:blank"))
                        .flatMap(each -> each)
                        .toArray(String[]::new);
        ChildProcess process = chromium.start(directory, Map.of("HOME", directory.toString()), all);
        try {
            Path port = profile.resolve("DevToolsActivePort");
            process.await("DevTools", () -> lines(port).size() == 2);
            var api = new JsonApi(Integer.parseInt(lines(port).getFirst()));
            Document page = api.get("/json/list").list().getFirst();
            return new Chromium(
                    process, URI.create(page.at("webSocketDebuggerUrl").value().toString()));
        } catch (Throwable failure) {
            process.close();
            throw failure;
        }
    }

    private static void prefer(Path profile, String preferences) {
        try {
            Path defaults = Files.createDirectories(profile.resolve("Default"));
            Files.writeString(defaults.resolve("Preferences"), preferences);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The key of a certificate, as browsers name it. */
    private static String fingerprint(Path certificate) {
        try (var pem = Files.newInputStream(certificate)) {
            byte[] key =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(pem)
                            .getPublicKey()
                            .getEncoded();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
            return Base64.getEncoder().encodeToString(hash);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
