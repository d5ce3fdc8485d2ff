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

/** What visitors and applications see behind any gateway while both upstreams are well. */
interface EverydayContract {
    GatewayFixture stage();

    @Test
    default void letsSomebodyWithASessionThroughAndTellsTheApplicationWhoItIs() throws IOException {
        RawAnswer answer = stage().ask(GatewayFixture.pageWithSession());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hello");
        ReceivedRequest received = stage().application().awaitRequest();
        assertThat(received.uri()).isEqualTo("/page?a=1");
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    @Test
    default void letsEverybodyButBotsSeeAPublicSite() throws IOException {
        RawAnswer answer = stage().ask(GatewayFixture.request("www", "GET", "/page"));

        assertThat(answer.body()).isEqualTo("hello");
        assertThat(stage().outpost().requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"www", "app"})
    default void blocksABot(String site) throws IOException {
        RawRequest request = GatewayFixture.request(site, "GET", "/");
        var bot = new RawRequest("GET", "/", request.headers().subList(0, 1), "");

        RawAnswer answer = stage().ask(bot.with("User-Agent", "Mozilla/5.0 (GPTBot/1.2)"));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(stage().outpost().requests()).isEmpty();
        assertThat(stage().application().requests()).isEmpty();
    }

    @Test
    default void bringsSomebodyWithoutASessionToTheLoginWithAllItsCookies() throws IOException {
        RawAnswer answer = stage().ask(GatewayFixture.page());
        String location = answer.header("Location").orElse("");
        if (location.startsWith("/")) {
            answer = stage().ask(GatewayFixture.request("app", "GET", location));
        }

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location").orElseThrow()).startsWith(Upstreams.LOGIN);
        assertThat(answer.headers("Set-Cookie")).containsExactlyElementsOf(Upstreams.COOKIES);
        assertThat(stage().application().requests()).isEmpty();
    }

    @Test
    default void handsTheCallbackOfALoginToTheOutpost() throws IOException {
        String callback = "/outpost.goauthentik.io/callback?code=a%2Fb&state=1";

        RawAnswer answer = stage().ask(GatewayFixture.request("app", "GET", callback));

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Set-Cookie")).hasValue(Upstreams.SESSION + "new");
        ReceivedRequest received = stage().outpost().awaitRequest();
        assertThat(received.uri()).isEqualTo(callback);
        assertThat(received.headers("Host")).containsExactly("app.example.com");
    }

    @Test
    default void tellsTheOutpostWhatWasAskedFor() throws IOException {
        stage().ask(GatewayFixture.pageWithSession());

        ReceivedRequest received = stage().outpost().awaitRequest();
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
    default void bringsABodyToTheApplicationAndToNobodyElse(String body) throws IOException {
        RawRequest post =
                GatewayFixture.request("app", "POST", "/form")
                        .with("Cookie", Upstreams.SESSION + "1");
        String head = post.wire();

        RawAnswer answer = stage().visitor().ask(head.substring(0, head.length() - 2) + body);

        assertThat(answer.status()).isEqualTo(200);
        ReceivedRequest received = stage().application().awaitRequest();
        assertThat(received.method()).isEqualTo("POST");
        assertThat(received.body()).isEqualTo("a=b&");
        ReceivedRequest asked = stage().outpost().awaitRequest();
        assertThat(asked.method()).isEqualTo("GET");
        assertThat(asked.body()).isEmpty();
    }

    @Test
    default void letsAWebSocketThroughToTheApplication() throws IOException {
        RawRequest handshake =
                GatewayFixture.pageWithSession()
                        .with("Connection", "Upgrade")
                        .with("Upgrade", "websocket")
                        .with("Sec-WebSocket-Version", "13")
                        .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        try (RawConnection connection = stage().visitor().connect()) {
            assertThat(connection.ask(handshake).status()).isEqualTo(101);

            connection.send("HTTP/1.1 200 echoed\r\nContent-Length: 0\r\n\r\n");

            assertThat(connection.receive().head().startLine()).isEqualTo("HTTP/1.1 200 echoed");
        }
        ReceivedRequest received = stage().application().awaitRequest();
        assertThat(Identity.receivedWith(received)).isEqualTo(Identity.ADA);
    }

    @Test
    default void leavesAnApplicationItsOwnToken() throws IOException {
        stage().ask(
                        GatewayFixture.pageWithSession()
                                .with("Authorization", "Bearer of-the-application"));

        assertThat(stage().application().awaitRequest().headers("Authorization"))
                .containsExactly("Bearer of-the-application");
    }

    @Test
    default void sendsNoAuthorizationWhereTheVisitorSentNone() throws IOException {
        stage().ask(GatewayFixture.pageWithSession());

        ReceivedRequest received = stage().application().awaitRequest();
        assertThat(received.headers("Authorization")).isEmpty();
        assertThat(received.headers("X-Guard-Fallback")).isEmpty();
        assertThat(received.head().raw()).doesNotContain("{");
    }

    @Test
    default void takesTheCookiesOfABrowserThatKnowsManyApplications() throws IOException {
        String cookies = ("authentik_proxy_0123456789=" + "c".repeat(1_000) + "; ").repeat(60);

        RawAnswer answer =
                stage().ask(
                                GatewayFixture.page()
                                        .with("Cookie", cookies + Upstreams.SESSION + "1"));

        assertThat(answer.status()).isEqualTo(200);
    }
}
