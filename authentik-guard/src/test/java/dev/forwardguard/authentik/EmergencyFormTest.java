package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.forwardguard.authentik.emergency.EmergencyPaths;
import dev.forwardguard.authentik.emergency.LoginMetric;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.ScriptedUpstream;
import dev.forwardguard.testing.guard.Visitor;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArraySet;

/** The form on the emergency page, where it is sent to, and where people sign out. */
final class EmergencyFormTest {
    private static final String CHALLENGE = "Basic realm=\"Emergency Access\", charset=\"UTF-8\"";
    private static final String CLEARED =
            "__Host-emergency=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";

    private RunningGuard guard = start("session: 1h, form: true");

    private static RunningGuard start(String emergency) {
        RunningGuard started =
                RunningGuard.start(
                        GuardFiles.with("emergency: {" + emergency + "}\n")
                                .htpasswd(Visitor.HTPASSWD),
                        Map.of(ScriptedUpstream.PROPERTY, true, SettableClock.PROPERTY, true));
        started.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);
        return started;
    }

    private void restart(String emergency) {
        guard.close();
        guard = start(emergency);
    }

    @AfterEach
    void stop() {
        guard.close();
    }

    private static RawRequest page() {
        return RawRequest.get(Authentik.KIND.path())
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example.com")
                .with("X-Forwarded-Uri", "/page?x=1&y=<2>")
                .with("X-Forwarded-Method", "GET")
                .with("Sec-Fetch-Mode", "navigate")
                .with("Accept", "text/html");
    }

    private static RawRequest post(String path) {
        return RawRequest.of("POST", path)
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example.com")
                .with("Origin", "https://app.example.com")
                .with("Sec-Fetch-Site", "same-origin")
                .with("Accept", "text/html");
    }

    private static RawRequest form(String user, String password, String page) {
        return withBody(
                post(EmergencyPaths.SIGN_IN),
                "page=%s&user=%s&password=%s".formatted(coded(page), coded(user), coded(password)));
    }

    private static String coded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private static RawRequest withBody(RawRequest request, String body) {
        return request.with("Content-Type", "application/x-www-form-urlencoded")
                .with("Content-Length", "" + body.getBytes(UTF_8).length)
                .body(body);
    }

    private static RawRequest right() {
        return form("anna", "secret", "/page?x=1");
    }

    private RawAnswer ask(RawRequest request) throws IOException {
        return guard.http().ask(request);
    }

    private static String cookie(RawAnswer answer) {
        String set = answer.header("Set-Cookie").orElseThrow();
        return set.substring(0, set.indexOf(';'));
    }

    private double count(LoginMetric result) {
        return guard.bean(MeterRegistry.class)
                .get("guard.emergency.login")
                .tag("result", result.label())
                .counter()
                .count();
    }

    @Test
    void pageHasForm() throws IOException {
        RawAnswer answer = ask(page());

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        assertThat(answer.body())
                .contains("<form method=\"post\" action=\"" + EmergencyPaths.SIGN_IN + "\">")
                .contains("name=\"page\" value=\"/page?x=1&amp;y=&lt;2&gt;\"")
                .contains("<label for=\"user\">", "<label for=\"password\">");
        assertThat(answer.header("Content-Security-Policy").orElseThrow())
                .contains("form-action 'self' https:;");
        // with no-referrer, browsers would send "Origin: null"
        assertThat(answer.headers("Referrer-Policy")).containsExactly("same-origin");
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-Method, POST, /",
        "X-Forwarded-Prefix, /app, /",
        "X-Forwarded-Uri, //evil.example/, //evil.example/",
        "X-Forwarded-Uri, /\\evil.example, /\\evil.example",
        "X-Forwarded-Uri, https://evil.example/, /",
        "X-Forwarded-Uri, LONG, /"
    })
    void formNamesPageThatIsBeyondDoubtOrStartPage(String header, String value, String page)
            throws IOException {
        var headers = new ArrayList<>(page().headers());
        headers.removeIf(each -> each.name().equals(header));
        String sent = value.equals("LONG") ? "/" + "x".repeat(800) : value;
        RawAnswer answer = ask(new RawRequest("GET", page().uri(), headers, "").with(header, sent));

        assertThat(answer.body()).contains("name=\"page\" value=\"" + page + "\"");
    }

    @Test
    void rightPasswordLeadsToPageWithCookie() throws IOException {
        RawAnswer answer = ask(right());

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.headers("Location")).containsExactly("https://app.example.com/page?x=1");
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        assertThat(ask(page().with("Cookie", cookie(answer))).status()).isEqualTo(200);
        assertThat(count(LoginMetric.SUCCESS)).isEqualTo(1);
        assertThat(count(LoginMetric.SESSION)).isEqualTo(1);
        // nobody is kept in a circle by typing
        assertThat(ask(right()).headers("Set-Cookie")).hasSize(1);
    }

    /** What a gateway says about the path of the form is not about the page. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Prefix",
                "X-Replaced-Path",
                "X-Original-URL",
                "X-Rewrite-URL",
                "X-Envoy-Original-Path"
            })
    void verdictAboutPageIsNotAboutPathOfForm(String header) throws IOException {
        Set<String> asked = new CopyOnWriteArraySet<>();
        guard.upstream()
                .plays(
                        (request, _) -> {
                            request.headers().forEach((name, _) -> asked.add(name.toString()));
                            return CompletableFuture.completedFuture(
                                    new Unavailable(FallbackReason.CONNECT_REFUSED));
                        });

        RawAnswer answer = ask(right().with(header, EmergencyPaths.SIGN_IN));

        assertThat(answer.headers("Location")).containsExactly("https://app.example.com/page?x=1");
        assertThat(asked).contains("X-Forwarded-Uri").doesNotContain(header);
    }

    @Test
    void blanksAroundUserAreNotTyped() throws IOException {
        assertThat(ask(form(" anna ", "secret", "/")).status()).isEqualTo(303);
        assertThat(ask(form("anna", "secret ", "/")).status()).isEqualTo(401);
    }

    @Test
    void wrongPasswordGetsFormAgainWithoutDialog() throws IOException {
        RawAnswer answer = ask(form("anna", "wrong", "/page?x=1"));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers("WWW-Authenticate")).containsExactly("x" + CHALLENGE);
        assertThat(answer.header("Set-Cookie")).isEmpty();
        assertThat(answer.body())
                .contains("not known to Emergency Access", "value=\"/page?x=1\"")
                .contains("<a href=\"https://app.example.com/page?x=1\">Try again</a>");
        assertThat(count(LoginMetric.BAD_CREDENTIALS)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "a\u0001b"})
    void whatCannotBeUserIsAsked(String user) throws IOException {
        RawAnswer answer = ask(form(user, "secret", "/"));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).contains("<form");
        assertThat(answer.header("Set-Cookie")).isEmpty();
    }

    /** The same limit for the form and for the dialog, and no try is lost in between. */
    @Test
    void wrongPasswordsAreLimitedTogetherWithThoseOfDialog() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(ask(form("anna", "wrong " + i, "/")).status()).isEqualTo(401);
        }
        for (int i = 0; i < 2; i++) {
            String other = Visitor.basic("anna", "other " + i);
            assertThat(ask(page().with("Authorization", other)).status()).isEqualTo(401);
        }
        RawAnswer answer = ask(right());

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Retry-After")).isPresent();
        assertThat(answer.body()).contains("href=\"https://app.example.com/page?x=1\"");
        assertThat(count(LoginMetric.THROTTLED)).isEqualTo(1);
    }

    /** Nor is the password looked at: on a healthy day that would be an oracle. */
    @Test
    void leadsToPageWithoutCookieWhileThereAreVerdicts() throws IOException {
        List<String> sent = new ArrayList<>();
        guard.upstream()
                .plays(
                        (request, _) -> {
                            request.headers()
                                    .forEach((name, value) -> sent.add(name + ": " + value));
                            return CompletableFuture.completedFuture(
                                    new Answered(
                                            new UpstreamResponse(
                                                    HttpResponseStatus.FORBIDDEN,
                                                    new DefaultHttpHeaders(),
                                                    new byte[0])));
                        });

        for (RawRequest each :
                List.of(
                        right(),
                        form("anna", "wrong", "/page?x=1"),
                        right().with("Cookie", "a=b"))) {
            RawAnswer answer = ask(each.with("Authorization", "Bearer of.the.application"));

            assertThat(answer.status()).isEqualTo(303);
            assertThat(answer.headers("Location"))
                    .containsExactly("https://app.example.com/page?x=1");
            assertThat(answer.header("Set-Cookie")).isEmpty();
        }
        for (LoginMetric result : LoginMetric.values()) {
            assertThat(count(result)).as("%s", result).isZero();
        }
        assertThat(String.join("\n", sent))
                .contains("X-Forwarded-Uri: /page?x=1", "X-Forwarded-Method: GET", "Cookie: a=b")
                .doesNotContainIgnoringCase("authorization")
                .doesNotContainIgnoringCase("content-")
                .doesNotContain("secret", "anna");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Origin | https://evil.example",
                "Origin | https://app.example.com.evil.example",
                "Origin | https://app.example.com:8443",
                "Origin | http://app.example.com",
                "Origin | null",
                "Origin |",
                "Sec-Fetch-Site | same-site",
                "Sec-Fetch-Site | cross-site",
                "Sec-Fetch-Site | none",
                "X-Forwarded-Proto | http",
                "X-Forwarded-Proto | wss",
                "X-Forwarded-Host | wiki.example.com",
                "X-Forwarded-Host |"
            })
    void onlyPageOfSiteItselfSignsInOrOut(String header, String value) throws IOException {
        for (RawRequest request : List.of(right(), post(EmergencyPaths.SIGN_OUT))) {
            RawRequest other = request.without(header);

            RawAnswer answer = ask(value == null ? other : other.with(header, value));

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("Set-Cookie")).isEmpty();
            assertThat(answer.header("Location")).isEmpty();
        }
        assertThat(ask(right().with("Origin", "https://app.example.com")).status()).isEqualTo(403);
        assertThat(count(LoginMetric.SUCCESS)).isZero();
    }

    /** An old browser. */
    @Test
    void siteOfRequestNeedNotBeSaid() throws IOException {
        assertThat(ask(right().without("Sec-Fetch-Site")).status()).isEqualTo(303);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example/",
                "/\\evil.example",
                "/@evil.example",
                "https://evil.example/",
                "evil.example",
                "",
                "/a b",
                "/a\r\nLocation: https://evil.example",
                "/ä",
                "/#x",
                "javascript:alert(1)"
            })
    void leadsNowhereElse(String page) throws IOException {
        RawAnswer answer = ask(form("anna", "secret", page));

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.headers("Location")).hasSize(1);
        assertThat(answer.header("Location").orElseThrow()).startsWith("https://app.example.com/");
        assertThat(answer.headers("Set-Cookie")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user=anna&password=secret",
                "page=/&password=secret",
                "page=/&user=anna",
                "page=/&user=anna&user=anna&password=secret",
                "page=/&user=anna&password=secret&password=x",
                "page=%zz&user=anna&password=secret",
                "x"
            })
    void whatIsNotTheFormIsRefused(String body) throws IOException {
        RawAnswer answer = ask(withBody(post(EmergencyPaths.SIGN_IN), body));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("This form cannot be read");
    }

    @Test
    void formIsAtMost4KiB() throws IOException {
        String most = "page=/&user=anna&password=secret&x=";
        most += "x".repeat(4096 - most.length());
        assertThat(ask(withBody(post(EmergencyPaths.SIGN_IN), most)).status()).isEqualTo(303);
        assertThat(ask(withBody(post(EmergencyPaths.SIGN_IN), most + "x")).status()).isEqualTo(413);
        RawRequest chunked =
                post(EmergencyPaths.SIGN_IN)
                        .with("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
                        .with("Transfer-Encoding", "chunked");
        assertThat(ask(chunked.body("1000\r\n" + most + "\r\n0\r\n\r\n")).status()).isEqualTo(303);
        assertThat(ask(chunked.body("1001\r\n" + most + "x\r\n0\r\n\r\n")).status()).isEqualTo(413);
    }

    @Test
    void otherContentAndMethodsAreRefused() throws IOException {
        RawRequest json =
                post(EmergencyPaths.SIGN_IN)
                        .with("Content-Type", "application/json")
                        .with("Content-Length", "2")
                        .body("{}");
        assertThat(ask(json).status()).isEqualTo(415);
        RawAnswer put = ask(RawRequest.of("PUT", EmergencyPaths.SIGN_IN));
        assertThat(put.status()).isEqualTo(405);
        assertThat(put.headers("Allow")).containsExactly("GET, HEAD, POST");
    }

    /** Such as after a reload in the address bar. */
    @Test
    void addressOfFormLeadsToStartPage() throws IOException {
        RawAnswer answer = ask(RawRequest.get(EmergencyPaths.SIGN_IN));

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.headers("Location")).containsExactly("/");
    }

    /** All of it is the guard's: what does not exist is not the outpost's either. */
    @Test
    void nothingOfItIsPassedThrough() throws IOException {
        for (String path :
                List.of("", "x", "emergency", "emergency/sign-in/", "emergency/sign-i")) {
            assertThat(ask(post(EmergencyPaths.PREFIX + path)).status()).as(path).isEqualTo(404);
        }
    }

    @Test
    void connectionServesTheNextRequest() throws IOException {
        try (RawConnection visitor = guard.http().connect()) {
            assertThat(visitor.ask(right()).status()).isEqualTo(303);
            assertThat(visitor.ask(form("anna", "wrong", "/")).status()).isEqualTo(401);
            assertThat(visitor.ask(page()).status()).isEqualTo(401);
            assertThat(visitor.ask(RawRequest.get(EmergencyPaths.SIGN_OUT)).status())
                    .isEqualTo(200);
            assertThat(visitor.ask(right()).status()).isEqualTo(303);
        }
    }

    @Test
    void isOffByDefault() throws IOException {
        restart("session: 1h");

        RawAnswer answer = ask(page());
        assertThat(answer.body()).doesNotContain("<form").contains("Shift key");
        assertThat(answer.headers("Referrer-Policy")).containsExactly("no-referrer");
        assertThat(answer.header("Content-Security-Policy").orElseThrow())
                .contains("form-action 'none'");
        assertThat(ask(right()).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"session: 0s, form: true", "session: 0s, form: true, challenge: never"})
    void needsSessions(String emergency) throws IOException {
        restart(emergency);

        RawAnswer answer = ask(page());
        assertThat(answer.body()).doesNotContain("<form");
        assertThat(answer.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        assertThat(ask(right()).status()).isEqualTo(404);
        assertThat(ask(post(EmergencyPaths.SIGN_OUT)).status()).isEqualTo(404);
    }

    @Test
    void withFormNoDialogIsNeeded() throws IOException {
        restart("session: 1h, form: true, challenge: never");
        assertThat(ask(page()).headers("WWW-Authenticate")).containsExactly("x" + CHALLENGE);
        // no form on it: the cookie would not be taken
        assertThat(ask(page().without("X-Forwarded-Host")).headers("WWW-Authenticate"))
                .containsExactly(CHALLENGE);
        restart("session: 1h, challenge: never");
        assertThat(ask(page()).headers("WWW-Authenticate")).containsExactly(CHALLENGE);
    }

    @Test
    void bugIsRefusal() throws IOException {
        guard.upstream()
                .plays(
                        (_, _) ->
                                CompletableFuture.failedFuture(new IllegalStateException("a bug")));
        assertThat(ask(right()).status()).isEqualTo(503);
        guard.upstream()
                .plays(
                        (_, _) -> {
                            throw new IllegalStateException("a bug");
                        });
        RawAnswer answer = ask(right());
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Set-Cookie")).isEmpty();
    }

    private RawAnswer signOut(String cookie) throws IOException {
        return ask(post(EmergencyPaths.SIGN_OUT).with("Cookie", cookie));
    }

    @Test
    void signOutAsksFirst() throws IOException {
        RawAnswer answer = ask(RawRequest.get(EmergencyPaths.SIGN_OUT).with("Accept", "text/html"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Set-Cookie")).isEmpty();
        assertThat(answer.body())
                .contains("<form method=\"post\" action=\"" + EmergencyPaths.SIGN_OUT + "\">")
                .doesNotContain("Reason");
        assertThat(answer.headers("Referrer-Policy")).containsExactly("same-origin");
    }

    /** Browsers keep the password; refused once, they forget it and ask for it. */
    @Test
    void afterSignOutRememberedPasswordIsRefusedOnce() throws IOException {
        RawAnswer answer = signOut(cookie(ask(right())));
        assertThat(answer.status()).isEqualTo(200);
        String mark = cookie(answer);
        assertThat(mark).startsWith("__Host-emergency=out1.");
        assertThat(ask(page().with("Cookie", mark)).status()).isEqualTo(401);
        assertThat(ask(page().with("Cookie", mark)).header("Set-Cookie")).isEmpty();

        RawAnswer refused = ask(Visitor.RIGHT.asks(page().with("Cookie", mark)));
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        assertThat(refused.headers("Set-Cookie")).containsExactly(CLEARED);
        assertThat(refused.body()).contains("signed out");
        RawAnswer again = ask(Visitor.RIGHT.asks(page()));
        assertThat(again.status()).isEqualTo(303);
        assertThat(ask(page().with("Cookie", cookie(again))).status()).isEqualTo(200);
        assertThat(count(LoginMetric.SIGNED_OUT)).isEqualTo(1);
        assertThat(count(LoginMetric.BAD_CREDENTIALS)).isZero();
        assertThat(count(LoginMetric.INVALID_SESSION)).isZero();
    }

    /** It opens no dialog, so it does not make every browser forget: the mark has to last. */
    @Test
    void openPageIsSignedOutWithoutDialog() throws IOException {
        String mark = cookie(signOut(cookie(ask(right()))));
        RawRequest fetch =
                page().without("Sec-Fetch-Mode")
                        .with("Sec-Fetch-Mode", "cors")
                        .with("Cookie", mark);

        RawAnswer refused = ask(Visitor.RIGHT.asks(fetch));

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.headers("WWW-Authenticate")).containsExactly("x" + CHALLENGE);
        assertThat(refused.header("Set-Cookie")).isEmpty();
    }

    @Test
    void wrongPasswordAfterSignOutIsWrongPassword() throws IOException {
        String mark = cookie(signOut(""));

        RawAnswer refused = ask(Visitor.WRONG.asks(page().with("Cookie", mark)));

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("Set-Cookie")).isEmpty();
        assertThat(count(LoginMetric.BAD_CREDENTIALS)).isEqualTo(1);
        assertThat(count(LoginMetric.SIGNED_OUT)).isZero();
    }

    /** The browser keeps the password, however short sessions are. */
    @Test
    void markOutlastsSessions() throws IOException {
        restart("session: 1m");
        String mark = cookie(signOut(""));
        guard.bean(SettableClock.class).advance(Duration.ofHours(11));

        assertThat(ask(Visitor.RIGHT.asks(page().with("Cookie", mark))).status()).isEqualTo(401);
    }

    /** A guess that is right must not go unnoticed. */
    @Test
    void passwordThatIsRefusedAfterSignOutIsSecurityEvent() throws IOException {
        var log = (Logger) LoggerFactory.getLogger("security");
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        String mark = cookie(signOut(""));
        log.addAppender(lines);
        try {
            ask(Visitor.RIGHT.asks(page().with("Cookie", mark)));
        } finally {
            log.detachAppender(lines);
        }

        assertThat(lines.list)
                .singleElement()
                .satisfies(
                        line ->
                                assertThat(line.getKeyValuePairs().toString())
                                        .contains("emergency_signed_out", "anna"));
    }

    /** Its cookie would not be taken, and its text has no form. */
    @Test
    void programIsNotToldOfForm() throws IOException {
        RawAnswer answer = ask(page().without("Accept"));

        assertThat(answer.body()).contains("try again and enter them").doesNotContain("here;");
    }

    @Test
    void formSignsInAfterSignOut() throws IOException {
        String mark = cookie(signOut(""));

        assertThat(cookie(ask(right().with("Cookie", mark)))).startsWith("__Host-emergency=1.");
    }

    /** Forged, of another host, expired: as no cookie. */
    @Test
    void markThatDoesNotHoldIsNone() throws IOException {
        String mark = cookie(signOut(""));
        List<RawRequest> others =
                List.of(
                        page().with("Cookie", mark + "A"),
                        page().with("Cookie", mark.replace("out1", "1")),
                        page().with("Cookie", mark + "; " + mark),
                        page().without("X-Forwarded-Host")
                                .with("X-Forwarded-Host", "wiki.example.com")
                                .with("Cookie", mark));
        for (RawRequest each : others) {
            assertThat(ask(Visitor.RIGHT.asks(each)).status()).isIn(200, 303);
        }
        assertThat(count(LoginMetric.INVALID_SESSION)).isEqualTo(4);
        guard.bean(SettableClock.class).advance(Duration.ofHours(12));
        assertThat(ask(Visitor.RIGHT.asks(page().with("Cookie", mark))).status()).isIn(200, 303);
        assertThat(count(LoginMetric.SIGNED_OUT)).isZero();
    }
}
