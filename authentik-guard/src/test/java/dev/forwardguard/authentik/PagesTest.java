package dev.forwardguard.authentik;

import static dev.forwardguard.testing.guard.Visitor.basic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/** Checks the pages that browsers and other clients get without a verdict. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PagesTest {
    private static final String BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8";
    private static final String SUPPRESSED = "xBasic realm=\"Emergency Access\", charset=\"UTF-8\"";
    private static final String CHALLENGE = "Basic realm=\"Emergency Access\", charset=\"UTF-8\"";

    private final RunningGuard guard = start("");

    @BeforeAll
    void makeUpstreamUnavailable() {
        guard.upstream().isUnavailable(FallbackReason.RESET);
    }

    @AfterAll
    void stop() {
        guard.close();
    }

    private static RunningGuard start(String emergency) {
        RunningGuard started =
                RunningGuard.scripted("emergency: {" + emergency + "}\n", Visitor.HTPASSWD);
        started.upstream().isUnavailable(FallbackReason.RESET);
        return started;
    }

    private static RawRequest authRequest() {
        return RawRequest.get(Authentik.KIND.path()).with("X-Forwarded-Proto", "https");
    }

    private static RawRequest browser() {
        return authRequest().with("Accept", BROWSER);
    }

    private static RawRequest preflight() {
        return authRequest()
                .with("X-Forwarded-Method", "OPTIONS")
                .with("Origin", "https://other.example.com")
                .with("Access-Control-Request-Method", "PUT");
    }

    private static void assertPage(RawAnswer answer, int status, String contentType) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers("Content-Type")).containsExactly(contentType);
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        assertThat(answer.headers("Vary")).containsExactly("Accept, Sec-Fetch-Mode");
        assertThat(answer.headers("Referrer-Policy")).containsExactly("no-referrer");
        assertThat(answer.headers("Content-Security-Policy")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"NONE, try again and enter them", "WRONG, not known to Emergency Access"})
    void sendsHtmlToBrowsersAndTextToOthers(Visitor visitor, String advice) throws IOException {
        RawAnswer page = guard.http().ask(visitor.asks(browser()));
        RawAnswer text = guard.http().ask(visitor.asks(authRequest().with("Accept", "*/*")));

        assertPage(page, 401, "text/html; charset=utf-8");
        assertThat(page.body())
                .contains("<title>Single sign-on is unavailable</title>", advice)
                .contains("broke off the connection (reset)");
        assertPage(text, 401, "text/plain; charset=utf-8");
        assertThat(text.body()).startsWith("Single sign-on is unavailable\n").contains(advice);
    }

    /** Both remembered passwords in turn, as Firefox sends them to an application with its own. */
    @Test
    void loopOfTwoPasswordsGetsChallengeThatEndsIt() throws IOException {
        RawRequest own = browser().with("Authorization", Visitor.basic("app", "of its own"));
        int rounds = 0;
        String challenge = CHALLENGE;
        while (challenge.equals(CHALLENGE) && rounds < 100) {
            rounds++;
            assertThat(guard.http().ask(Visitor.RIGHT.asks(browser())).status()).isEqualTo(200);
            challenge = guard.http().ask(own).header("WWW-Authenticate").orElseThrow();
        }

        assertThat(challenge).isEqualTo(SUPPRESSED);
        assertThat(rounds).isEqualTo(4);
        assertThat(guard.http().ask(browser()).header("WWW-Authenticate")).contains(CHALLENGE);
    }

    /** An open page that polls with an old password does not keep its visitor from the dialog. */
    @Test
    void backgroundRequestsAreNoLoop() throws IOException {
        try (var quiet = start("challenge: navigation")) {
            for (int i = 0; i < 10; i++) {
                RawRequest poll = authRequest().with("Sec-Fetch-Mode", "cors");
                assertThat(quiet.http().ask(Visitor.WRONG.asks(poll)).status()).isEqualTo(401);
            }
            RawRequest page = authRequest().with("Sec-Fetch-Mode", "navigate");
            assertThat(quiet.http().ask(Visitor.WRONG.asks(page)).headers("WWW-Authenticate"))
                    .containsExactly(CHALLENGE);
        }
    }

    @Test
    void sendsPageForPlainHttp() throws IOException {
        RawRequest insecure = RawRequest.get(Authentik.KIND.path()).with("Accept", BROWSER);

        RawAnswer answer = guard.http().ask(insecure.with("X-Forwarded-Proto", "http"));

        assertPage(answer, 403, "text/html; charset=utf-8");
        assertThat(answer.body()).contains("needs HTTPS");
    }

    @Test
    void sendsPageWithoutUsers() throws IOException {
        try (var empty = RunningGuard.scripted("mode: auto\n", "")) {
            empty.upstream().isUnavailable(FallbackReason.DNS);

            RawAnswer answer = empty.http().ask(Visitor.RIGHT.asks(browser()));

            assertPage(answer, 503, "text/html; charset=utf-8");
            assertThat(answer.body()).contains("has no users", "its name does not resolve (dns)");
        }
    }

    @Test
    void sendsPageForFailureInModeUpstream() throws IOException {
        try (var strict = RunningGuard.scripted("mode: upstream\n", Visitor.HTPASSWD)) {
            strict.upstream().isUnavailable(FallbackReason.RESET);
            assertPage(strict.http().ask(browser()), 502, "text/html; charset=utf-8");
            assertPage(strict.http().ask(authRequest()), 502, "text/plain; charset=utf-8");

            strict.upstream().isUnavailable(FallbackReason.READ_TIMEOUT);
            RawAnswer late = strict.http().ask(Visitor.RIGHT.asks(browser()));

            assertPage(late, 504, "text/html; charset=utf-8");
            assertThat(late.body())
                    .contains("<title>Single sign-on is unavailable</title>")
                    .contains("login service is not available");
        }
    }

    @Test
    void sendsPageForTooManyCookies() throws IOException {
        // the order in which Go's HTTP client, and so Traefik, sends headers
        RawRequest tooLarge =
                RawRequest.get(Authentik.KIND.path())
                        .with("Accept", BROWSER)
                        .with("Accept-Language", "en")
                        .with("Cookie", "a=" + "x".repeat(300 * 1024));

        RawAnswer answer = guard.http().ask(tooLarge);

        assertPage(answer, 431, "text/html; charset=utf-8");
        assertThat(answer.body())
                .contains("<title>This request cannot be read</title>", "Deleting the cookies");
    }

    @Test
    void sendsNoBodyForHead() throws IOException {
        RawRequest head = new RawRequest("HEAD", browser().uri(), browser().headers(), "");

        RawAnswer answer = guard.http().ask(head);

        assertPage(answer, 401, "text/html; charset=utf-8");
        assertThat(answer.body()).isEmpty();
        assertThat(Integer.parseInt(answer.header("Content-Length").orElseThrow()))
                .isGreaterThan(1000);
    }

    @Test
    void keepsValidRequestId() throws IOException {
        RawAnswer answer = guard.http().ask(browser().with("X-Request-Id", "gw-0123.4567_89"));

        assertThat(answer.headers("X-Request-Id")).containsExactly("gw-0123.4567_89");
        assertThat(answer.body()).contains("gw-0123.4567_89");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "<b>bold</b>", "with blank", "a\u00e4aaaaaaaa"})
    void replacesInvalidRequestId(String given) throws IOException {
        RawAnswer answer = guard.http().ask(browser().with("X-Request-Id", given));

        String id = answer.header("X-Request-Id").orElseThrow();
        assertThat(id).matches("[0-9a-f]{16}");
        assertThat(answer.body()).contains(id).doesNotContain("<b>");
    }

    @Test
    void generatesUniqueRequestIds() throws IOException {
        assertThat(guard.http().ask(authRequest()).header("X-Request-Id"))
                .isNotEqualTo(guard.http().ask(authRequest()).header("X-Request-Id"));
    }

    @Test
    void updatesOperatorMessageLive() throws IOException {
        try (var configured = start("message: Call <Eve>")) {
            assertThat(configured.http().ask(browser()).body()).contains("Call &lt;Eve&gt;");
            assertThat(configured.http().ask(authRequest()).body()).contains("Call <Eve>");

            configured.files().settings("emergency: {message: Back at noon}\n");

            Eventually.until(
                    "the new message",
                    () -> configured.http().ask(browser()).body().contains("Back at noon"));
        }
    }

    @Test
    void updatesHelpLive() throws IOException {
        try (var configured = start("help-url: 'https://help.example.com/?a&b'")) {
            assertThat(configured.http().ask(browser()).body())
                    .contains("<a href=\"https://help.example.com/?a&amp;b\" target=\"_blank\"");
            assertThat(configured.http().ask(authRequest()).body())
                    .contains("\nWhat now? https://help.example.com/?a&b\n");

            configured.files().settings("emergency: {help-url: https://wiki.example.com/}\n");
            Eventually.until(
                    "the new link",
                    () -> configured.http().ask(browser()).body().contains("wiki.example.com"));

            configured.files().settings("");
            Eventually.until(
                    "no link",
                    () -> !configured.http().ask(browser()).body().contains("What now?"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"navigate", "cors", "no-cors", "websocket"})
    void challengesInEveryFetchMode(String mode) throws IOException {
        try (var loud = start("challenge: always")) {
            RawAnswer answer = loud.http().ask(authRequest().with("Sec-Fetch-Mode", mode));

            assertThat(answer.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        }
    }

    @Test
    void suppressesBackgroundChallengeIfConfigured() throws IOException {
        try (var quiet = start("challenge: navigation")) {
            for (String mode : new String[] {"cors", "no-cors", "same-origin", "websocket", ""}) {
                for (Visitor visitor : new Visitor[] {Visitor.NONE, Visitor.WRONG}) {
                    RawRequest background = authRequest().with("Sec-Fetch-Mode", mode);

                    RawAnswer answer = quiet.http().ask(visitor.asks(background));

                    assertThat(answer.status()).isEqualTo(401);
                    assertThat(answer.headers("WWW-Authenticate")).containsExactly(SUPPRESSED);
                }
            }
            RawRequest opened = authRequest().with("Sec-Fetch-Mode", "navigate");
            assertThat(quiet.http().ask(opened).headers("WWW-Authenticate"))
                    .containsExactly(CHALLENGE);
            assertThat(quiet.http().ask(authRequest()).headers("WWW-Authenticate"))
                    .containsExactly(CHALLENGE);
            // Firefox under a service worker: a page, and what a script fetches
            RawRequest worker =
                    authRequest()
                            .with("Sec-Fetch-Mode", "same-origin")
                            .with("Sec-Fetch-Dest", "empty");
            assertThat(
                            quiet.http()
                                    .ask(worker.with("Accept", "text/html,application/xhtml+xml"))
                                    .headers("WWW-Authenticate"))
                    .containsExactly(CHALLENGE);
            assertThat(quiet.http().ask(worker.with("Accept", "*/*")).headers("WWW-Authenticate"))
                    .containsExactly(SUPPRESSED);
            RawRequest login = authRequest().with("Sec-Fetch-Mode", "cors");
            assertThat(quiet.http().ask(Visitor.RIGHT.asks(login)).status()).isEqualTo(200);
        }
    }

    @Test
    void challengesPreflightByDefault() throws IOException {
        assertThat(guard.http().ask(preflight()).status()).isEqualTo(401);
    }

    @Test
    void allowsAnonymousPreflightIfConfigured() throws IOException {
        try (var open = start("allow-preflight: true")) {
            RawAnswer answer = open.http().ask(preflight());

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly("reset");
            assertThat(IdentityHeaders.NAMES)
                    .hasSize(12)
                    .allSatisfy(name -> assertThat(answer.headers(name)).containsExactly(""));

            assertThat(open.http().ask(authRequest()).status()).isEqualTo(401);
            RawRequest claimed = preflight().with("Authorization", basic("anna", "guess"));
            assertThat(open.http().ask(claimed).status()).isEqualTo(401);
            open.upstream().isUnavailable(FallbackReason.OVERLOAD);
            assertThat(open.http().ask(preflight()).status()).isEqualTo(401);
            open.upstream().isUnavailable(FallbackReason.RESET);
            var twoProtocols = preflight().with("X-Forwarded-Proto", "http");
            assertThat(open.http().ask(twoProtocols).status()).isEqualTo(403);
        }
    }
}
