package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the guard as a separate process, with only the environment that Kubernetes gives a pod. */
class PodTest {
    private static final String PASSWORD = "a password in a pod";

    @TempDir private Path directory;

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private Process start(Map<String, String> environment) throws IOException {
        var builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.forwardguard.authentik.Application");
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(directory.resolve("log").toFile());
        return builder.start();
    }

    @Test
    void followsSecretByDefaultAndShutsDown() throws Exception {
        var authority = new TestAuthority();
        int port = freePort();
        try (FakeApiServer api = FakeApiServer.secure(authority.server("127.0.0.1"))) {
            api.accept("token-of-a-real-pod");
            api.put(Passwords.line("alice", PASSWORD));
            Path mounted = Files.createDirectory(directory.resolve("serviceaccount"));
            new MountedServiceAccount(mounted, "token-of-a-real-pod", authority.pem());
            Process guard =
                    start(
                            Map.of(
                                    "GUARD_HOST", "127.0.0.1",
                                    "GUARD_PORT", String.valueOf(port),
                                    "GUARD_MANAGEMENT_PORT", String.valueOf(freePort()),
                                    "GUARD_SERVICE_ACCOUNT", mounted.toString(),
                                    "GUARD_LOG_LEVEL", "TRACE",
                                    "KUBERNETES_SERVICE_HOST", "127.0.0.1",
                                    "KUBERNETES_SERVICE_PORT", String.valueOf(api.port())));
            try {
                Eventually.until("a watch", () -> api.openWatches() == 1 || !guard.isAlive());
                Eventually.until("it serves", () -> healthy(port) || !guard.isAlive());

                guard.destroy();

                assertThat(guard.waitFor(10, TimeUnit.SECONDS)).isTrue();
                assertThat(Files.readString(directory.resolve("log")))
                        .contains("\"Following the Secret\"")
                        .doesNotContain("token-of-a-real-pod")
                        .doesNotContain(Passwords.line("alice", PASSWORD).strip());
                assertThat(api.requests()).hasSize(2).allMatch(FakeApiServer::selected);
            } finally {
                guard.destroyForcibly();
            }
        }
    }

    private static boolean healthy(int port) {
        try {
            return RawHttp.to(port).ask(RawRequest.get("/healthz")).status() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
