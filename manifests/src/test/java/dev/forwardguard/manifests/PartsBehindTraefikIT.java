package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Traefik;
import dev.forwardguard.servers.rendered.FileProvider;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The parts of the Traefik component in a real Traefik, each alone and both together; stubs stand
 * for the guards.
 */
class PartsBehindTraefikIT {
    private static final RawRequest OUTPOST_PAGE =
            GatewayFixture.request("app", "GET", "/outpost.goauthentik.io/start");

    private final StubUpstream bots = StubUpstream.start();
    private final StubUpstream logins = StubUpstream.start(Upstreams.outpost());
    private final StubUpstream application = StubUpstream.start(Upstreams.application());

    @TempDir private Path directory;

    @AfterEach
    void end() {
        bots.close();
        logins.close();
        application.close();
    }

    @Test
    void asksBotBlockGuardAlone() throws IOException {
        Rendered part = part("bot-block-guard");
        try (var site = new Site(part, "guard-public")) {
            assertThat(site.ask(forged(GatewayFixture.page())).body()).isEqualTo("hello");

            bots.behaves(Behaviour.answers(403));
            assertThat(site.ask(GatewayFixture.page()).status()).isEqualTo(403);
        }
        assertThat(bots.requests()).hasSize(2);
        assertThat(application.requests())
                .singleElement()
                .satisfies(each -> assertThat(each.head().raw()).doesNotContain("mallory"));
    }

    @Test
    void asksAuthentikGuardAlone() throws IOException {
        Rendered part = part("authentik-guard");
        try (var site = new Site(part, "guard-protected")) {
            assertThat(site.ask(GatewayFixture.page()).status()).isEqualTo(302);
            assertThat(site.ask(forged(GatewayFixture.pageWithSession())).body())
                    .isEqualTo("hello");
            assertThat(site.ask(OUTPOST_PAGE).status()).isEqualTo(302);
        }
        assertThat(logins.requests()).hasSize(3).last().matches(PartsBehindTraefikIT::isPage);
        assertThat(application.requests())
                .singleElement()
                .matches(each -> each.header("X-authentik-username").isPresent())
                .satisfies(each -> assertThat(each.head().raw()).doesNotContain("mallory"));
    }

    private static boolean isPage(ReceivedRequest request) {
        return request.uri().equals(OUTPOST_PAGE.uri());
    }

    /** Bots reach neither the login nor the outpost's pages. */
    @Test
    void asksBotBlockGuardFirst() throws IOException {
        Rendered both = Kustomization.of("base", List.of("components/traefik"));
        try (var site = new Site(both, "guard-protected")) {
            assertThat(site.ask(GatewayFixture.pageWithSession()).body()).isEqualTo("hello");
            assertThat(bots.requests()).hasSize(1);
            assertThat(logins.requests()).hasSize(1);

            bots.behaves(Behaviour.answers(403));
            assertThat(site.ask(GatewayFixture.pageWithSession()).status()).isEqualTo(403);
            assertThat(site.ask(OUTPOST_PAGE).status()).isEqualTo(403);
        }
        assertThat(bots.requests()).hasSize(3);
        assertThat(logins.requests()).hasSize(1);
    }

    private static RawRequest forged(RawRequest request) {
        return request.with("X-authentik-groups", "mallory");
    }

    private static Rendered part(String guard) {
        return Kustomization.of("base/" + guard, List.of("components/traefik/" + guard));
    }

    /** Traefik with one site, and a client that reaches it over TLS. */
    private final class Site implements AutoCloseable {
        private final Gateway.Running traefik;
        private final TlsTunnel tunnel;

        Site(Rendered rendered, String chain) {
            Map<String, String> addresses =
                    Map.of(
                            "bot-block-guard:8080", "127.0.0.1:" + bots.port(),
                            "authentik-guard:9000", "127.0.0.1:" + logins.port(),
                            "application:8080", "127.0.0.1:" + application.port());
            String routes =
                    FileProvider.of(rendered, addresses)
                            .route("app.example.com", "application:8080", chain)
                            .text();
            traefik = Traefik.start(directory, routes, List.of());
            tunnel = TlsTunnel.open(traefik.httpsPort(), traefik.trusted());
        }

        RawAnswer ask(RawRequest request) throws IOException {
            return RawHttp.to(tunnel.port()).ask(request);
        }

        @Override
        public void close() {
            tunnel.close();
            traefik.process().close();
        }
    }
}
