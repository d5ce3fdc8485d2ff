package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Envoy;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** authentik-guard behind Envoy's {@code ext_authz} over HTTP. */
class EnvoyIT {
    private static final String TOKEN = "Bearer of-the-application";

    private static GatewayFixture fixture;

    @BeforeAll
    static void start(@TempDir Path directory) {
        fixture = GatewayFixture.behind(Envoy::start, directory);
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

    private static RawRequest spoofed(RawRequest request) {
        RawRequest spoofed = request;
        for (Header header : Identity.ADA.headers()) {
            spoofed =
                    spoofed.with(header.name(), "spoofed")
                            .with(header.name().replace('-', '_'), "spoofed");
        }
        return spoofed.with("X-Guard-Fallback", "spoofed");
    }

    @Test
    void letsSessionPassAndIdentifiesUser() throws IOException {
        RawAnswer answer =
                fixture.ask(spoofed(GatewayFixture.pageWithSession()).with("Authorization", TOKEN));

        assertThat(answer.body()).isEqualTo("hello");
        ReceivedRequest received = fixture.application().awaitRequest();
        assertThat(received.uri()).isEqualTo("/page?a=1");
        assertThat(received.head().raw()).doesNotContain("spoofed");
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
        assertThat(received.headers("Authorization")).containsExactly(TOKEN);
    }

    /** Even those that are told to pass: Envoy does not write them. */
    @Test
    void outpostGetsTargetOfVisitor() throws IOException {
        fixture.ask(
                GatewayFixture.pageWithSession()
                        .with("X-Forwarded-Host", "other.example.com")
                        .with("X-Forwarded-Uri", "/public")
                        .with("X-Forwarded-Method", "TRACE")
                        .with("X-Forwarded-Proto", "http"));

        ReceivedRequest asked = fixture.outpost().awaitRequest();
        assertThat(asked.uri()).isEqualTo("/outpost.goauthentik.io/auth/envoy/page?a=1");
        assertThat(asked.headers("Host")).containsExactly("app.example.com");
        assertThat(asked.headers("X-Forwarded-Host")).isEmpty();
        assertThat(asked.headers("X-Forwarded-Uri")).isEmpty();
        assertThat(asked.headers("X-Forwarded-Proto")).containsExactly("https");
    }

    @Test
    void redirectsToLoginWithCookies() throws IOException {
        RawAnswer answer = fixture.ask(GatewayFixture.page());

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location")).hasValue(Upstreams.LOGIN + "?state=1");
        assertThat(answer.headers("Set-Cookie")).containsExactlyElementsOf(Upstreams.COOKIES);
        assertThat(fixture.application().requests()).isEmpty();
    }

    @Test
    void passesLoginCallbackToOutpost() throws IOException {
        String callback = "/outpost.goauthentik.io/callback?code=a%2Fb&state=1";

        RawAnswer answer = fixture.ask(GatewayFixture.request("app", "GET", callback));

        assertThat(answer.header("Set-Cookie")).hasValue(Upstreams.SESSION + "new; Path=/");
        assertThat(fixture.outpost().awaitRequest().uri()).isEqualTo(callback);
    }

    @Test
    void challengesDuringOutage() throws IOException {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            RawAnswer answer = fixture.ask(GatewayFixture.page().with("Accept", "text/html"));

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.headers("WWW-Authenticate"))
                    .containsExactly(OutageContract.CHALLENGE);
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly("connect_refused");
            assertThat(answer.body()).contains("Emergency Access");
        }
        assertThat(fixture.application().requests()).isEmpty();
    }

    /** Envoy keeps what an allow does not name, so the guard has it removed. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsEmergencyPasswordFromApplication(boolean outage) throws IOException {
        RawRequest page =
                spoofed(GatewayFixture.pageWithSession())
                        .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD);
        try (var _ = outage ? fixture.outpostSuffers(Outage.REFUSED) : null) {
            assertThat(fixture.ask(page).body()).isEqualTo("hello");
        }

        ReceivedRequest received = fixture.application().awaitRequest();
        assertThat(received.headers("Authorization")).isEmpty();
        assertThat(received.head().raw()).doesNotContain("spoofed");
        Identity expected =
                outage
                        ? new Identity(
                                List.of(
                                        new Header(
                                                "X-authentik-username",
                                                GatewayFixture.EMERGENCY_USER)))
                        : Identity.ADA;
        assertThat(Identity.receivedWith(received)).isEqualTo(expected);
    }

    @Test
    void namesEmergencyUserAsOperatorWrote() throws IOException {
        fixture.emergency(
                "identities: {admin: {email: ada@example.com, name: Ada, groups: [editors]}}");
        Eventually.until("the identity", () -> status().contains("\"identities\":1"));
        RawRequest page =
                spoofed(GatewayFixture.page())
                        .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD);
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            assertThat(fixture.ask(page).body()).isEqualTo("hello");
        } finally {
            fixture.emergency("");
            Eventually.until("no identity", () -> status().contains("\"identities\":0"));
        }

        ReceivedRequest received = fixture.application().awaitRequest();
        assertThat(received.head().raw()).doesNotContain("spoofed");
        assertThat(Identity.receivedWith(received))
                .isEqualTo(
                        new Identity(
                                List.of(
                                        new Header(
                                                "X-authentik-username",
                                                GatewayFixture.EMERGENCY_USER),
                                        new Header("X-authentik-groups", "editors"),
                                        new Header("X-authentik-email", "ada@example.com"),
                                        new Header("X-authentik-name", "Ada"))));
    }

    @Test
    void opensNothingThatVisitorNames() throws IOException {
        fixture.emergency("open: [{host: app.example.com, path: /}], allow-preflight: true");
        Eventually.until("open paths", () -> status().contains("app.example.com/"));
        RawRequest forged =
                GatewayFixture.request("app", "DELETE", "/admin")
                        .with("X-Forwarded-Host", "app.example.com")
                        .with("X-Forwarded-Uri", "/")
                        .with("Origin", "https://other.example.com")
                        .with("Access-Control-Request-Method", "PUT");
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            for (String method : List.of("GET", "OPTIONS")) {
                RawRequest request = forged.with("X-Forwarded-Method", method);
                assertThat(fixture.ask(request).status()).isEqualTo(401);
            }
        } finally {
            fixture.emergency("");
            Eventually.until("nothing open", () -> status().contains("\"open\":{\"paths\":[]}"));
        }
        assertThat(fixture.application().requests()).isEmpty();
    }

    /** To Envoy a 5xx of the guard is a failure, so visitors see a page of Envoy. */
    @Test
    void refusesWithoutUsers() throws IOException {
        fixture.emergencyUsers(false);
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            Eventually.until("a 403", () -> fixture.ask(GatewayFixture.page()).status() == 403);
        } finally {
            fixture.emergencyUsers(true);
            Eventually.until("users", () -> status().contains("\"users\":2"));
        }
        assertThat(fixture.application().requests()).isEmpty();
    }

    @Test
    void sendsBodyToApplicationOnly() throws IOException {
        RawRequest post = GatewayFixture.request("app", "POST", "/form");
        String head = post.with("Cookie", Upstreams.SESSION + "1").wire();
        String body = "Content-Length: 4\r\n\r\na=b&";

        RawAnswer answer = fixture.visitor().ask(head.substring(0, head.length() - 2) + body);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(fixture.application().awaitRequest().body()).isEqualTo("a=b&");
        assertThat(fixture.outpost().awaitRequest().body()).isEmpty();
    }

    private static String status() throws IOException {
        return RawHttp.to(fixture.authentikGuard().managementPort())
                .ask(RawRequest.get("/status"))
                .body();
    }
}
