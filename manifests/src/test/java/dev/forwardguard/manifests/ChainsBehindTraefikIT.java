package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;

/** What the order of the chains is for, as visitors see it. */
class ChainsBehindTraefikIT {
    private static GatewayFixture fixture;
    private static boolean repeatsByStatus;

    @BeforeAll
    static void start(@TempDir Path directory) {
        repeatsByStatus = HomelabTraefik.repeatsByStatus(directory);
        fixture = GatewayFixture.behind(HomelabTraefik::start, directory);
        fixture.outpost().remembers(request -> !Upstreams.isProbe(request));
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

    @Test
    void emergencyPageHasItsOwnPolicy() throws IOException {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            RawAnswer page = fixture.ask(GatewayFixture.page().with("Accept", "text/html"));

            assertThat(page.status()).isEqualTo(401);
            assertThat(page.headers("Content-Security-Policy"))
                    .singleElement()
                    .asString()
                    .startsWith("default-src 'none'; ")
                    .endsWith("frame-ancestors 'none'");
            assertThat(page.headers("Referrer-Policy")).containsExactly("no-referrer");
            assertThat(page.headers("X-Robots-Tag")).isEmpty();
        }
    }

    @Test
    void pageOfApplicationHasPolicyOfChain() throws IOException {
        RawAnswer page = fixture.ask(GatewayFixture.pageWithSession());

        assertThat(page.body()).isEqualTo("hello");
        assertThat(page.headers("Content-Security-Policy"))
                .containsExactly("frame-ancestors 'self'");
        assertThat(page.headers("Referrer-Policy"))
                .containsExactly("strict-origin-when-cross-origin");
        assertThat(page.headers("X-Robots-Tag")).containsExactly("noai, noimageai");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT"})
    void applicationIsAskedAgainButNoGuardIs(String method) throws IOException {
        RawAnswer answer = askWhileApplicationRestarts(method);

        assertThat(answer.status()).isEqualTo(repeatsByStatus ? 200 : 503);
        assertThat(fixture.application().requests()).hasSize(repeatsByStatus ? 2 : 1);
        assertThat(fixture.outpost().requests()).hasSize(1);
        assertThat(fixture.poisonFountain().requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH"})
    void whatMayNotBeRepeatedIsSentOnce(String method) throws IOException {
        RawAnswer answer = askWhileApplicationRestarts(method);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(fixture.application().requests()).hasSize(1);
        assertThat(fixture.outpost().requests()).hasSize(1);
        assertThat(fixture.poisonFountain().requests()).hasSize(1);
    }

    private static RawAnswer askWhileApplicationRestarts(String method) throws IOException {
        fixture.application()
                .behaves(Behaviour.inTurn(Behaviour.answers(503), Upstreams.application()));
        return fixture.ask(
                GatewayFixture.request("app", method, "/")
                        .with("Cookie", Upstreams.SESSION + "1")
                        .with("Content-Length", "0"));
    }

    /** As soon as the answer to an auth request has a cookie, Traefik writes these anew. */
    @Test
    void applicationsOwnCookiesArriveUnchanged() throws IOException {
        fixture.outpost().behaves(UpstreamAnswers.allowWithCookie());
        fixture.application().behaves(Behaviour.answers(ApplicationAnswers.withCookies()));

        RawAnswer answer = fixture.ask(GatewayFixture.pageWithSession());

        assertThat(answer.headers("Set-Cookie"))
                .containsExactlyElementsOf(ApplicationAnswers.COOKIES);
    }

    @Test
    void bodyOfAllowDoesNotMatter() throws IOException {
        fixture.outpost().behaves(Behaviour.answers(Answer.of(200).body("x".repeat(1 << 20))));

        assertThat(fixture.ask(GatewayFixture.pageWithSession()).body()).isEqualTo("hello");
    }

    @Test
    void longPageOfRefusalBecomesShortOne() throws IOException {
        String page = "x".repeat(1 << 20);
        fixture.outpost().behaves(Behaviour.answers(Answer.of(403).with("X-Kept", "1").body(page)));

        RawAnswer answer = fixture.ask(GatewayFixture.page());

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.headers("X-Kept")).containsExactly("1");
        assertThat(answer.body()).hasSizeBetween(10, 2_000).doesNotContain("xxxx");
        assertThat(answer.headers("X-Guard-Fallback")).isEmpty();
    }

    /** That much a guard does not read, whatever the status. */
    @ParameterizedTest
    @ValueSource(ints = {200, 403})
    void longerBodyThanGuardReadsIsNoVerdict(int status) throws IOException {
        fixture.outpost().behaves(Behaviour.answers(Answer.of(status).body("x".repeat(2 << 20))));

        RawAnswer answer = fixture.ask(GatewayFixture.pageWithSession());

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.headers("X-Guard-Fallback")).containsExactly("response_too_large");
        assertThat(fixture.application().requests()).isEmpty();
    }
}
