package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.BesideOthers;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.EtcdCluster;
import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** {@code edge-routes setup} after anything that can have happened before. */
@BesideOthers
final class SetupIT {
    private static final String PASSWORD = "correct horse";

    @TempDir private Path directory;

    private EtcdCluster etcd;
    private RawEtcd raw;

    @BeforeEach
    void start() throws IOException {
        etcd = EtcdCluster.start(Program.built("etcd"), directory);
        raw = new RawEtcd(etcd.first().url());
        Files.writeString(directory.resolve("password"), PASSWORD);
    }

    @AfterEach
    void close() {
        raw.close();
        etcd.close();
    }

    private EdgeRoutes tool(String endpoint) {
        String password = directory.resolve("password").toString();
        return new EdgeRoutes(
                directory,
                Map.of(
                        "EDGE_ETCD_ENDPOINTS", endpoint,
                        "EDGE_ETCD_PASSWORD_FILE", password,
                        "EDGE_ROUTES_PASSWORD_FILE", password));
    }

    /** The first run dies after its first request, the second one after two, and so on. */
    @Test
    void finishesHoweverOftenItIsKilled() {
        try (var relay = new FatalRelay(etcd.first().url())) {
            EdgeRoutes tool = tool(relay.url());
            int status = 137;
            int runs = 0;
            while (status == 137 && runs < 60) {
                runs++;
                var started = new CompletableFuture<ChildProcess>();
                relay.killAt(runs, () -> started.join().kill());
                try (var process = tool.start("setup")) {
                    started.complete(process);
                    status = process.awaitExit(Duration.ofMinutes(1));
                    assertThat(status).as(process.output()).isIn(0, 137);
                }
            }
            System.out.printf("setup finished at run %d%n", runs);
            assertThat(runs).isGreaterThan(5);
        }
        EdgeRoutes tool = tool(etcd.endpoints());
        assertThat(tool.succeed("setup")).isEqualTo("nothing to do\n");
        assertThat(tool.succeed("diff", file(), "--user", "routes"))
                .contains("+ http.routers.site");
        assertThat(raw.post("/v3/kv/range", Map.of("key", "AA==")).statusCode()).isEqualTo(400);
    }

    private String file() {
        try {
            String yaml = "http: {routers: {site: {rule: Path(`/`), service: ping@internal}}}\n";
            return Files.writeString(directory.resolve("site.yaml"), yaml).toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void repairsWhatIsMissing() {
        EdgeRoutes tool = tool(etcd.endpoints());
        tool.succeed("setup");
        raw.logIn("root", PASSWORD);

        raw.succeed("/v3/auth/user/delete", Map.of("name", "gateway"));
        assertRepaired(
                tool,
                "user gateway, by client certificate alone",
                "role gateway for the user gateway");
        raw.succeed("/v3/auth/role/delete", Map.of("role", "routes"));
        assertRepaired(
                tool,
                "role routes",
                "permission of routes: READWRITE on the prefix traefik",
                "role routes for the user routes");
        Map<String, String> prefix =
                Map.of("role", "gateway", "key", base64("traefik"), "range_end", base64("traefil"));
        raw.succeed("/v3/auth/role/revoke", prefix);
        assertRepaired(tool, "permission of gateway: READ on the prefix traefik");
        raw.succeed("/v3/auth/user/revoke", Map.of("name", "routes", "role", "routes"));
        assertRepaired(tool, "role routes for the user routes");
        raw.succeed(
                "/v3/kv/deleterange",
                Map.of("key", base64("traefik"), "range_end", base64("traefil")));
        assertRepaired(tool, "canary route");
        raw.succeed("/v3/auth/user/changepw", Map.of("name", "routes", "password", "another"));
        assertRepaired(tool, "password of routes");
        raw.succeed("/v3/auth/disable", Map.of());
        assertRepaired(tool, "password of root", "password of routes", "authentication is on");
    }

    private static void assertRepaired(EdgeRoutes tool, String... lines) {
        assertThat(tool.succeed("setup").lines()).containsExactlyElementsOf(List.of(lines));
        assertThat(tool.succeed("setup")).isEqualTo("nothing to do\n");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
