package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/** The behaviour behind every gateway while both upstreams are healthy. */
interface EverydayContract {
    GatewayFixture fixture();

    @Test
    default void letsSessionPassAndIdentifiesUser() throws IOException {
        RawAnswer answer = fixture().ask(GatewayFixture.pageWithSession());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hello");
        ReceivedRequest received = fixture().application().awaitRequest();
        assertThat(received.uri()).isEqualTo("/page?a=1");
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    @Test
    default void letsVisitorsSeePublicSite() throws IOException {
        RawAnswer answer = fixture().ask(GatewayFixture.request("www", "GET", "/page"));

        assertThat(answer.body()).isEqualTo("hello");
        assertThat(fixture().outpost().requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"www", "app"})
    default void blocksBot(String site) throws IOException {
        RawRequest request = GatewayFixture.request(site, "GET", "/");
        var bot = new RawRequest("GET", "/", request.headers().subList(0, 1), "");

        RawAnswer answer = fixture().ask(bot.with("User-Agent", "Mozilla/5.0 (GPTBot/1.2)"));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(fixture().outpost().requests()).isEmpty();
        assertThat(fixture().application().requests()).isEmpty();
    }

    @Test
    default void redirectsToLoginWithCookies() throws IOException {
        RawAnswer answer = fixture().ask(GatewayFixture.page());
        String location = answer.header("Location").orElse("");
        if (location.startsWith("/")) {
            answer = fixture().ask(GatewayFixture.request("app", "GET", location));
        }

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location").orElseThrow()).startsWith(Upstreams.LOGIN);
        assertThat(answer.headers("Set-Cookie")).containsExactlyElementsOf(Upstreams.COOKIES);
        assertThat(fixture().application().requests()).isEmpty();
    }

    @Test
    default void passesLoginCallbackToOutpost() throws IOException {
        String callback = "/outpost.goauthentik.io/callback?code=a%2Fb&state=1";

        RawAnswer answer = fixture().ask(GatewayFixture.request("app", "GET", callback));

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Set-Cookie")).hasValue(Upstreams.SESSION + "new; Path=/");
        ReceivedRequest received = fixture().outpost().awaitRequest();
        assertThat(received.uri()).isEqualTo(callback);
        assertThat(received.headers("Host")).containsExactly("app.example.com");
    }

    @Test
    default void sendsRequestTargetToOutpost() throws IOException {
        fixture().ask(GatewayFixture.pageWithSession());

        ReceivedRequest received = fixture().outpost().awaitRequest();
        assertThat(received.headers("X-Forwarded-Proto")).containsExactly("https");
        assertThat(received.headers("X-Forwarded-Host")).containsExactly("app.example.com");
        assertThat(received.headers("X-Forwarded-Uri")).containsExactly("/page?a=1");
        assertThat(received.headers("X-Forwarded-Method")).containsExactly("GET");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\n\r\na=b&",
                "Transfer-Encoding: chunked\r\n\r\n4\r\na=b&\r\n0\r\n\r\n"
            })
    default void sendsBodyToApplicationOnly(String body) throws IOException {
        RawRequest post =
                GatewayFixture.request("app", "POST", "/form")
                        .with("Cookie", Upstreams.SESSION + "1");
        String head = post.wire();

        RawAnswer answer = fixture().visitor().ask(head.substring(0, head.length() - 2) + body);

        assertThat(answer.status()).isEqualTo(200);
        ReceivedRequest received = fixture().application().awaitRequest();
        assertThat(received.method()).isEqualTo("POST");
        assertThat(received.body()).isEqualTo("a=b&");
        ReceivedRequest authRequest = fixture().outpost().awaitRequest();
        assertThat(authRequest.method()).isEqualTo("GET");
        assertThat(authRequest.body()).isEmpty();
    }

    @Test
    default void passesWebSocketToApplication() throws IOException {
        RawRequest handshake =
                GatewayFixture.pageWithSession()
                        .with("Connection", "Upgrade")
                        .with("Upgrade", "websocket")
                        .with("Sec-WebSocket-Version", "13")
                        .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        try (RawConnection connection = fixture().visitor().connect()) {
            assertThat(connection.ask(handshake).status()).isEqualTo(101);

            connection.send("HTTP/1.1 200 echoed\r\nContent-Length: 0\r\n\r\n");

            assertThat(connection.receive().head().startLine()).isEqualTo("HTTP/1.1 200 echoed");
        }
        ReceivedRequest received = fixture().application().awaitRequest();
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    @Test
    default void keepsApplicationToken() throws IOException {
        fixture()
                .ask(
                        GatewayFixture.pageWithSession()
                                .with("Authorization", "Bearer of-the-application"));

        assertThat(fixture().application().awaitRequest().headers("Authorization"))
                .containsExactly("Bearer of-the-application");
    }

    @Test
    default void addsNoAuthorization() throws IOException {
        fixture().ask(GatewayFixture.pageWithSession());

        ReceivedRequest received = fixture().application().awaitRequest();
        assertThat(received.headers("Authorization")).isEmpty();
        assertThat(received.headers("X-Guard-Fallback")).isEmpty();
        assertThat(received.head().raw()).doesNotContain("{");
    }

    @Test
    default void acceptsCookiesOfManyApplications() throws IOException {
        String cookies = ("authentik_proxy_0123456789=" + "c".repeat(1_000) + "; ").repeat(60);

        RawAnswer answer =
                fixture()
                        .ask(
                                GatewayFixture.page()
                                        .with("Cookie", cookies + Upstreams.SESSION + "1"));

        assertThat(answer.status()).isEqualTo(200);
    }
}
