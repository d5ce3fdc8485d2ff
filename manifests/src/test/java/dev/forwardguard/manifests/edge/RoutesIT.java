package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The files of {@code manifests/edge} in the gateway as rendered, through Traefik's file provider.
 */
class RoutesIT {
    @TempDir private static Path directory;
    private static ServedRoutes routes;
    private static RenderedGateway gateway;

    @BeforeAll
    static void start() {
        routes = ServedRoutes.in(directory);
        gateway = routes.gateway();
    }

    @AfterAll
    static void stop() {
        if (routes != null) {
            routes.close();
        }
    }

    @Test
    void acceptsAllFiles() {
        assertThat(gateway.process().output().lines())
                .filteredOn(line -> line.contains(" ERR ") || line.contains(" WRN "))
                // a matter of each application
                .allMatch(line -> line.contains("encoded characters in the request path"));
        assertThat(RouteFiles.all()).hasSizeGreaterThan(8);
    }

    @Test
    void toolAcceptsAllFiles() {
        List<String> arguments = new ArrayList<>(List.of("check"));
        routes.copies().forEach(each -> arguments.add(each.toString()));

        assertThat(new EdgeRoutes(directory, Map.of()).succeed(arguments.toArray(String[]::new)))
                .contains("are valid");
    }

    /** As it is, so that nobody has a dashboard with a password that everybody knows. */
    @Test
    void toolRefusesDashboardWithoutHash() {
        String file = Kustomization.MANIFESTS.resolve("edge/optional/dashboard.yaml").toString();

        EdgeRoutes.Result result = new EdgeRoutes(directory, Map.of()).run("check", file);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("dashboard.yaml:18", "users");
    }

    @Test
    void balancesOverTwoServers() {
        List<String> names =
                List.of(get("/whoami"), get("/whoami")).stream()
                        .map(answer -> answer.replaceAll("(?s).*Name: (\\S+).*", "$1"))
                        .toList();

        assertThat(names).containsExactlyInAnyOrder("whoami-0", "whoami-1");
    }

    @Test
    void consolidatesServices() {
        assertThat(get("/foo?q=1"))
                .contains("Name: foo\nGET /?q=1 HTTP/1.1\n", "X-Forwarded-Prefix: /foo\n");
        assertThat(get("/bar")).contains("Name: bar\nGET / HTTP/1.1\n");
        assertThat(get("/api/foo")).contains("Name: foo\nGET / HTTP/1.1\n");
        assertThat(get("/api/foo/x/y?q=1"))
                .contains("Name: foo\nGET /x/y?q=1 HTTP/1.1\n", "X-Forwarded-Prefix: /api/foo\n");
        assertThat(get("/api/bar/")).contains("Name: bar\nGET / HTTP/1.1\n");
        for (String path : List.of("/foo/", "/foo/x", "/FOO", "/api/foobar", "/api")) {
            assertThat(status(path)).as(path).isEqualTo("404");
        }
    }

    @Test
    void limitsRateOfEachRouter() {
        List<String> statuses = gateway.statuses("websecure", "/limited?[1-200]");

        assertThat(statuses.subList(0, 20)).containsOnly("200");
        assertThat(statuses).containsOnly("200", "429").contains("429");
        assertThat(status("/also-limited")).isEqualTo("200");
    }

    @Test
    void retriesAndBreaksCircuit() {
        assertThat(gateway.statuses("websecure", "/half-dead?[1-20]")).containsOnly("200");

        List<String> statuses = gateway.statuses("websecure", "/dead?[1-20]");
        assertThat(statuses).containsOnly("502", "503");
        assertThat(statuses.getFirst()).isEqualTo("502");
        gateway.process().await("open circuit", () -> status("/dead").equals("503"));
    }

    /** Here web itself does not redirect. */
    @Test
    void redirectsByMiddleware() {
        String host = "Host: redirected.example.com:8000";

        assertThat(gateway.answer("web", "/a?b=c", "--header", host))
                .startsWith("HTTP/1.1 301 ")
                .contains("\r\nLocation: https://redirected.example.com/a?b=c\r\n");
        assertThat(gateway.answerOf("redirected.example.com", "/")).contains("Name: whoami-");
    }

    @Test
    void asksForPassword() {
        assertThat(status("/basic")).isEqualTo("401");
        assertThat(status("/basic", "--user", "alice:wrong")).isEqualTo("401");
        assertThat(gateway.answer("websecure", "/basic", "--user", "alice:wonderland"))
                .contains("X-Forwarded-User: alice\n")
                .doesNotContain("Authorization: ");
        assertThat(status("/digest", "--user", "alice:wonderland")).isEqualTo("401");
        assertThat(status("/digest", "--digest", "--user", "alice:wrong")).isEqualTo("401");
        assertThat(gateway.answer("websecure", "/digest", "--digest", "--user", "alice:wonderland"))
                .contains("X-Forwarded-User: alice\n")
                .doesNotContain("Authorization: ");
    }

    @Test
    void passesTcpOn() {
        assertThat(gateway.answerOf("tcp.example.com", "/through", "--http1.1"))
                .contains("Name: whoami-0\nGET /through HTTP/1.1\n")
                // nothing of HTTP is added
                .doesNotContain("X-Forwarded-For");
    }

    @Test
    void asksGuards() {
        String www = gateway.answerOf("www.example.com", "/", "--user-agent", "curl");
        assertThat(www).startsWith("HTTP/2 200").contains("x-robots-tag: noai");
        assertThat(gateway.answerOf("www.example.com", "/", "--user-agent", "GPTBot"))
                .startsWith("HTTP/2 403")
                .contains("Name: bot-block-guard");

        assertThat(gateway.answerOf("wiki.example.com", "/"))
                .startsWith("HTTP/2 401")
                .contains("Name: authentik-guard");
        assertThat(
                        gateway.answerOf(
                                "wiki.example.com",
                                "/",
                                "--user",
                                "a:b",
                                "--header",
                                "X-authentik-username: forged"))
                .startsWith("HTTP/2 200")
                .contains("X-Authentik-Username: authentik-guard\n")
                .doesNotContain("forged");
        assertThat(gateway.answerOf("wiki.example.com", "/outpost.goauthentik.io/start"))
                .contains("Name: authentik-guard\nGET /outpost.goauthentik.io/start HTTP/1.1\n");
    }

    @Test
    void servesGivenCertificateByNewTls() {
        Path certificate = directory.resolve("secure.crt");

        assertThat(secure("--tls-max", "1.3", "--cacert", certificate.toString()))
                .contains("Name: whoami-");
        assertThat(secure("--tls-max", "1.2", "--cacert", certificate.toString())).isEmpty();
    }

    private static String secure(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--connect-to");
        all.add("::127.0.0.1:" + gateway.port("websecure"));
        all.add("https://secure.example.com/");
        return Curl.answer(directory, all.toArray(String[]::new));
    }

    @Test
    void protectsDashboard() {
        String host = "dashboard.example.com";

        assertThat(gateway.answerOf(host, "/dashboard/")).startsWith("HTTP/2 401");
        assertThat(gateway.answerOf(host, "/api/rawdata")).startsWith("HTTP/2 401");
        assertThat(gateway.answerOf(host, "/dashboard/", "--user", "alice:wonderland"))
                .startsWith("HTTP/2 200");
        assertThat(gateway.answerOf(host, "/api/rawdata", "--user", "alice:wonderland"))
                .startsWith("HTTP/2 200")
                .contains("\"whoami@file\"");
        assertThat(gateway.answerOf("other.example.com", "/dashboard/")).startsWith("HTTP/2 404");
    }

    private static String get(String path) {
        return gateway.answer("websecure", path);
    }

    private static String status(String path, String... options) {
        return gateway.status("websecure", path, options);
    }
}
