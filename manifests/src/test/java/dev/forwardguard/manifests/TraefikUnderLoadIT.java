package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Repository;
import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.TraefikUnderLoad;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Tests the Traefik of measurements: they must not measure refusals, or other middlewares. */
class TraefikUnderLoadIT {
    /** More than the burst that the middleware allows as shipped. */
    private static final int REQUESTS = 600;

    private static final String POLICIES = "manifests/components/traefik/site-policies/";

    private final StubUpstream poisonFountain = StubUpstream.start(Upstreams.poisonFountain());
    private final StubUpstream outpost = StubUpstream.start(Upstreams.outpost());
    private final StubUpstream application = StubUpstream.start(Upstreams.application());

    @TempDir private Path directory;

    @AfterEach
    void end() {
        poisonFountain.close();
        outpost.close();
        application.close();
    }

    @Test
    void limitsNoRates() throws IOException {
        var traefik = start(Repository.ROOT, List.of(HomelabTraefik.PROTECTED));
        try (var process = traefik.process()) {
            for (int i = 0; i < REQUESTS; i++) {
                RawAnswer answer = ask(traefik.httpPort());
                assertThat(answer.status()).as(process.output()).isEqualTo(200);
            }
        }
        assertThat(poisonFountain.requests()).hasSize(REQUESTS);
        assertThat(outpost.requests()).hasSize(REQUESTS);
        assertThat(application.requests())
                .hasSize(REQUESTS)
                .allMatch(request -> request.header("X-authentik-username").isPresent());
    }

    @Test
    void asksNobodyOnRouteWithoutMiddlewares() throws IOException {
        var traefik = start(Repository.ROOT, List.of());
        try (var _ = traefik.process()) {
            assertThat(ask(traefik.httpPort()).header(Upstreams.FROM_APPLICATION)).hasValue("yes");
        }
        assertThat(outpost.requests()).isEmpty();
        assertThat(poisonFountain.requests()).isEmpty();
    }

    @Test
    void hasMiddlewaresOfCheckout() throws IOException {
        Path checkout = checkout(POLICIES + "guard-anti-ai-headers.yaml", "noimageai", "other");

        var traefik = start(checkout, List.of(HomelabTraefik.PROTECTED));
        try (var _ = traefik.process()) {
            assertThat(ask(traefik.httpPort()).header("X-Robots-Tag")).hasValue("noai, other");
        }
    }

    @Test
    void findsChainThatOlderCheckoutCallsOtherwise() throws IOException {
        String chain = POLICIES + "guard-site-protected.yaml";
        Path checkout = checkout(chain, "name: " + HomelabTraefik.PROTECTED, "name: protected");

        var traefik = start(checkout, List.of(HomelabTraefik.PROTECTED));
        try (var _ = traefik.process()) {
            assertThat(ask(traefik.httpPort()).status()).isEqualTo(200);
        }
        assertThat(outpost.requests()).hasSize(1);
    }

    /** Another checkout, with a change in one file. */
    private Path checkout(String file, String old, String other) throws IOException {
        Path checkout = directory.resolve("checkout");
        copy(Kustomization.MANIFESTS, checkout.resolve("manifests"));
        Path changed = checkout.resolve(file);
        Files.writeString(changed, Files.readString(changed).replace(old, other));
        return checkout;
    }

    private Gateway.Running start(Path checkout, List<String> through) {
        Map<String, String> addresses =
                Map.of(
                        "bot-block-guard:8080", "127.0.0.1:" + poisonFountain.port(),
                        "authentik-guard:9000", "127.0.0.1:" + outpost.port(),
                        "application:8080", "127.0.0.1:" + application.port());
        return TraefikUnderLoad.start(checkout, directory, addresses, through, List.of());
    }

    private static RawAnswer ask(int port) throws IOException {
        return RawHttp.to(port).ask(GatewayFixture.pageWithSession());
    }

    private static void copy(Path manifests, Path to) throws IOException {
        for (String part : List.of("base", "components", "overlays", "helm-values")) {
            try (var files = Files.walk(manifests.resolve(part))) {
                for (Path file : files.toList()) {
                    Path copy = to.resolve(manifests.relativize(file).toString());
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }
}
