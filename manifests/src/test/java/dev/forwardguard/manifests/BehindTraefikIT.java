package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/** The guards behind Traefik, with the middlewares and routes as they are rendered. */
class BehindTraefikIT
        implements EverydayContract, SpoofingContract, OutageContract, HostileVisitorsContract {
    private static GatewayFixture fixture;
    private static boolean removesAliases;

    @BeforeAll
    static void start(@TempDir Path directory) {
        removesAliases = HomelabTraefik.removesAliases(directory);
        fixture = GatewayFixture.behind(HomelabTraefik::start, directory);
    }

    @AfterAll
    static void end() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @BeforeEach
    void recover() {
        fixture.recover();
    }

    @Override
    public GatewayFixture fixture() {
        return fixture;
    }

    @Override
    public boolean removesAliases() {
        return removesAliases;
    }

    /** It is another header to an older Traefik, and perhaps the same to an application. */
    @Test
    void refusesOrRemovesAliasOfIdentityHeader() throws IOException {
        RawRequest page = GatewayFixture.pageWithSession().with("X_authentik.username", "mallory");

        assertThat(fixture.ask(page).status()).isEqualTo(removesAliases ? 200 : 400);
        assertThat(fixture.application().requests())
                .allSatisfy(each -> assertThat(each.head().raw()).doesNotContain("mallory"));
    }

    /** It refuses a file, or a route, with an option that it does not know. */
    @Test
    void acceptsWholeConfiguration() {
        assertThat(fixture.gateway().process().output())
                .doesNotContain("deprecated", "field not found", "unsupported", "does not exist")
                .doesNotContainPattern("is not configured.*entryPointName=websecure");
    }

    @Test
    void relaysOutpostRedirectUnchanged() throws IOException {
        RawAnswer answer = fixture.ask(GatewayFixture.page());

        assertThat(answer.header("Location")).hasValue(Upstreams.LOGIN + "?state=1");
        assertThat(answer.headers("Set-Cookie")).containsExactlyElementsOf(Upstreams.COOKIES);
    }

    @Test
    void showsPageOfChallenge() throws IOException {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            RawAnswer answer = fixture.ask(GatewayFixture.page());

            assertThat(answer.body()).contains("Emergency Access");
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly("connect_refused");
            assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        }
    }

    /** It would show the visitor's token to scripts on the page. */
    @Test
    void hidesAuthEndpointFromVisitors() throws IOException {
        RawRequest auth =
                GatewayFixture.request("app", "GET", "/outpost.goauthentik.io/auth/traefik");

        assertThat(fixture.ask(auth).status()).isEqualTo(302);
        RawAnswer answer = fixture.ask(auth.with("Cookie", Upstreams.SESSION + "1"));
        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.head().raw()).doesNotContain("ada");
    }

    @Test
    void blocksBotOnOutpostPages() throws IOException {
        String uri = "/outpost.goauthentik.io/start?rd=/";
        RawRequest page = GatewayFixture.request("app", "GET", uri);
        var bot = new RawRequest("GET", uri, page.headers().subList(0, 1), "");

        assertThat(fixture.ask(bot.with("User-Agent", "GPTBot/1.2")).status()).isEqualTo(403);
        assertThat(fixture.outpost().requests()).isEmpty();
    }

    /** Whoever is behind a proxy in trustedIPs is one of many, so Traefik must tell who asks. */
    @Test
    void namesVisitorToOutpost() throws IOException {
        fixture.ask(GatewayFixture.pageWithSession().with("X-Forwarded-For", "192.0.2.1"));

        ReceivedRequest received = fixture.outpost().awaitRequest();
        assertThat(received.headers("X-Forwarded-For"))
                .singleElement()
                .asString()
                .startsWith("127.")
                .doesNotContain(",");
    }
}
