package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.emergency.LoginMetric;
import dev.forwardguard.authentik.login.BusyPool;
import dev.forwardguard.authentik.login.HashingPool;
import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.FallbackCounters;
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

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One right password, and a cookie is the way in from then on. */
final class EmergencySessionTest {
    private static final String TWO_USERS =
            Visitor.HTPASSWD + Visitor.HTPASSWD.replace("anna", "bert");
    private static final String CHALLENGE = "Basic realm=\"Emergency Access\", charset=\"UTF-8\"";

    private RunningGuard guard = start("");

    private static RunningGuard start(String emergency) {
        RunningGuard started =
                RunningGuard.start(
                        GuardFiles.with("emergency: {" + emergency + "}\n").htpasswd(TWO_USERS),
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

    private static RawRequest anywhere() {
        return RawRequest.get(Authentik.KIND.path()).with("X-Forwarded-Proto", "https");
    }

    private static RawRequest background() {
        return anywhere()
                .with("X-Forwarded-Host", "app.example.com")
                .with("X-Forwarded-Uri", "/page?x=1")
                .with("X-Forwarded-Method", "GET");
    }

    private static RawRequest page() {
        return background()
                .with("Sec-Fetch-Mode", "navigate")
                .with("Sec-Fetch-Dest", "document")
                .with("Accept", "text/html,*/*;q=0.8");
    }

    private RawAnswer ask(RawRequest request) throws IOException {
        return guard.http().ask(request);
    }

    /** Logs in and returns the cookie. */
    private String signIn(Visitor visitor) throws IOException {
        RawAnswer answer = ask(visitor.asks(page()));
        assertThat(answer.status()).isEqualTo(303);
        return cookie(answer);
    }

    private static String cookie(RawAnswer answer) {
        String set = answer.header("Set-Cookie").orElseThrow();
        return set.substring(0, set.indexOf(';'));
    }

    private static String user(RawAnswer answer) {
        return answer.header("X-authentik-username").orElse("nobody");
    }

    private double count(LoginMetric result) {
        return guard.bean(MeterRegistry.class)
                .get("guard.emergency.login")
                .tag("result", result.label())
                .counter()
                .count();
    }

    @Test
    void rightPasswordSendsPageAgainWithCookie() throws IOException {
        FallbackCounters before = guard.fallbacks();

        RawAnswer answer = ask(Visitor.RIGHT.asks(page()));

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.headers("Location")).containsExactly("https://app.example.com/page?x=1");
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        assertThat(answer.headers(AuthResponse.FALLBACK_HEADER)).containsExactly("connect_refused");
        assertThat(answer.header("Set-Cookie").orElseThrow())
                .matches(
                        "__Host-emergency=1\\.[A-Za-z0-9_.-]+; Path=/; Secure; HttpOnly;"
                                + " SameSite=Lax");
        assertThat(answer.body()).isEmpty();
        assertThat(guard.fallbacks().since(before))
                .isEqualTo(Map.of("connect_refused redirect", 1L));
    }

    @Test
    void cookieIsTheWayInAndApplicationGetsItsOwnAuthorization() throws IOException {
        String cookie = signIn(Visitor.RIGHT);

        for (String own : List.of("Bearer of.the.application", "Basic YXBwOm93bg==")) {
            RawAnswer answer = ask(background().with("Cookie", cookie).with("Authorization", own));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(user(answer)).isEqualTo("anna");
            assertThat(answer.headers("Authorization")).containsExactly(own);
            assertThat(answer.header("Set-Cookie")).isEmpty();
            for (String name : IdentityHeaders.NAMES) {
                assertThat(answer.headers(name)).as(name).hasSize(1);
            }
        }
        assertThat(count(LoginMetric.SESSION)).isEqualTo(2);
        assertThat(count(LoginMetric.SUCCESS)).isEqualTo(1);
    }

    @Test
    void emergencyPasswordStaysHere() throws IOException {
        String cookie = signIn(Visitor.RIGHT);

        RawAnswer answer = ask(Visitor.RIGHT.asks(background().with("Cookie", cookie)));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Authorization")).isEmpty();
    }

    @Test
    void rightPasswordOfAnotherUserWins() throws IOException {
        String cookie = signIn(Visitor.RIGHT);
        String right = Visitor.basic("bert", "secret");
        String wrong = Visitor.basic("bert", "wrong");

        assertThat(user(ask(background().with("Cookie", cookie).with("Authorization", right))))
                .isEqualTo("bert");
        RawAnswer answer = ask(background().with("Cookie", cookie).with("Authorization", wrong));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(user(answer)).isEqualTo("anna");
        assertThat(answer.header("Authorization")).isEmpty();
        assertThat(count(LoginMetric.BAD_CREDENTIALS)).isEqualTo(1);
    }

    /** curl, scripts, forms, and whatever is not beyond doubt. */
    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Mode, cors",
        "X-Forwarded-Method, POST",
        "X-Forwarded-Prefix, /app",
        "X-Forwarded-Host, 'app.example.com, evil.example'",
        "X-Forwarded-Uri, https://evil.example/"
    })
    void anythingElseIsLetInWithoutCookie(String header, String value) throws IOException {
        var headers = new ArrayList<>(page().headers());
        headers.removeIf(each -> each.name().equals(header));
        RawRequest request = new RawRequest("GET", page().uri(), headers, "").with(header, value);

        RawAnswer answer = ask(Visitor.RIGHT.asks(request));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Set-Cookie")).isEmpty();
        assertThat(answer.header("Location")).isEmpty();
    }

    /** Firefox sends the password again where cookies are refused. */
    @Test
    void browserThatKeepsNoCookieGoesInNoCircle() throws IOException {
        assertThat(ask(Visitor.RIGHT.asks(page())).status()).isEqualTo(303);
        assertThat(ask(Visitor.RIGHT.asks(page())).status()).isEqualTo(200);
        assertThat(ask(Visitor.RIGHT.asks(page())).status()).isEqualTo(200);

        RawRequest elsewhere = page().with("X-Forwarded-For", "198.51.100.77");
        assertThat(ask(Visitor.RIGHT.asks(elsewhere)).status()).isEqualTo(303);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "__Host-emergency=",
                "__Host-emergency=1.x.y",
                "__Host-emergency=%",
                "{valid}; {valid}",
                "{valid}x",
                "__host-emergency={token}",
                "__Host-emergency={token};__Host-emergency=x"
            })
    void whatIsNoSessionIsAsNone(String pattern) throws IOException {
        String cookie = signIn(Visitor.RIGHT);
        String sent =
                pattern.replace("{valid}", cookie)
                        .replace("{token}", cookie.substring("__Host-emergency=".length()));

        RawAnswer answer = ask(page().with("Cookie", sent));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        assertThat(user(answer)).isEqualTo("nobody");
    }

    @Test
    void isForItsHostAlone() throws IOException {
        String cookie = signIn(Visitor.RIGHT);
        RawRequest withCookie = anywhere().with("Cookie", cookie);

        for (String host : List.of("app.example.com", "APP.example.com:8443", "app.example.com.")) {
            assertThat(ask(withCookie.with("X-Forwarded-Host", host)).status())
                    .as(host)
                    .isEqualTo(200);
        }
        for (String host : List.of("wiki.example.com", "example.com", "app.example.com.evil", "")) {
            assertThat(ask(withCookie.with("X-Forwarded-Host", host)).status())
                    .as(host)
                    .isEqualTo(401);
        }
        assertThat(ask(withCookie).status()).isEqualTo(401);
        assertThat(count(LoginMetric.INVALID_SESSION)).isEqualTo(5);
    }

    @Test
    void needsTlsAlsoWherePasswordsDoNot() throws IOException {
        restart("session: 1h, require-https: false");
        String cookie = signIn(Visitor.RIGHT);
        RawRequest plain =
                RawRequest.get(Authentik.KIND.path())
                        .with("X-Forwarded-Host", "app.example.com")
                        .with("X-Forwarded-Proto", "http")
                        .with("Cookie", cookie);

        assertThat(ask(plain).status()).isEqualTo(401);
    }

    @Test
    void expires() throws IOException {
        String cookie = signIn(Visitor.RIGHT);
        guard.bean(SettableClock.class).advance(Duration.ofMinutes(59));
        assertThat(ask(background().with("Cookie", cookie)).status()).isEqualTo(200);
        guard.bean(SettableClock.class).advance(Duration.ofMinutes(1));
        assertThat(ask(background().with("Cookie", cookie)).status()).isEqualTo(401);
    }

    /** It would be valid for longer than any session is. */
    @Test
    void tokenOfFutureIsNone() throws IOException {
        guard.bean(SettableClock.class).advance(Duration.ofMinutes(10));
        String cookie = signIn(Visitor.RIGHT);
        guard.bean(SettableClock.class).advance(Duration.ofMinutes(-10));

        assertThat(ask(background().with("Cookie", cookie)).status()).isEqualTo(401);
    }

    @Test
    void hasNoEffectWhileThereAreVerdicts() throws IOException {
        String cookie = signIn(Visitor.RIGHT);
        guard.upstream().decides(403, "no");

        assertThat(ask(background().with("Cookie", cookie)).status()).isEqualTo(403);
        assertThat(user(ask(background().with("Cookie", cookie)))).isEqualTo("nobody");
    }

    private void redirects() {
        guard.upstream()
                .plays(
                        (_, _) ->
                                CompletableFuture.completedFuture(
                                        new Answered(
                                                new UpstreamResponse(
                                                        HttpResponseStatus.FOUND,
                                                        new DefaultHttpHeaders()
                                                                .set("Location", "/login")
                                                                .set("Set-Cookie", "own=1"),
                                                        new byte[0]))));
    }

    /** On a background request an outpost that comes and goes would log an open page out. */
    @Test
    void isClearedByRedirectOfPageThatCarriesIt() throws IOException {
        String cookie = signIn(Visitor.RIGHT);
        redirects();

        assertThat(ask(page().with("Cookie", cookie)).headers("Set-Cookie"))
                .containsExactly(
                        "own=1",
                        "__Host-emergency=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
        assertThat(ask(background().with("Cookie", cookie)).headers("Set-Cookie"))
                .containsExactly("own=1");
        assertThat(ask(page()).headers("Set-Cookie")).containsExactly("own=1");
        guard.upstream().decides(403, "no");
        assertThat(ask(page().with("Cookie", cookie)).header("Set-Cookie")).isEmpty();
    }

    @Test
    void neverReachesAuthentik() throws IOException {
        String cookie = signIn(Visitor.RIGHT);
        List<String> sent = new ArrayList<>();
        guard.upstream()
                .plays(
                        (request, _) -> {
                            request.headers()
                                    .forEach(
                                            (name, value) -> {
                                                if (name.toString().equalsIgnoreCase("cookie")) {
                                                    sent.add(value.toString());
                                                }
                                            });
                            return CompletableFuture.completedFuture(
                                    new Answered(
                                            new UpstreamResponse(
                                                    HttpResponseStatus.OK,
                                                    new DefaultHttpHeaders(),
                                                    new byte[0])));
                        });

        ask(background().with("Cookie", "authentik_proxy=1; " + cookie + "; theme=dark"));
        ask(background().with("Cookie", cookie));

        assertThat(sent).containsExactly("authentik_proxy=1; theme=dark");
    }

    @Test
    void canBeOff() throws IOException {
        restart("session: 0s");

        RawAnswer answer = ask(Visitor.RIGHT.asks(page()));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Set-Cookie")).isEmpty();
        assertThat(guard.status()).contains("\"sessions\":\"off\"");
    }

    /** Its auth_request makes a 500 of a redirect, and drops page and cookie of a 401. */
    @Test
    void thereAreNoneBehindNginx() throws IOException {
        guard.close();
        String path = "/outpost.goauthentik.io/auth/nginx";
        guard =
                start(
                        "form: true, challenge: never}\nguarded-paths: ["
                                + path
                                + "]\nbreaker: {consecutive-failures: 5");
        RawRequest page = new RawRequest("GET", path, page().headers(), "");

        RawAnswer answer = ask(Visitor.RIGHT.asks(page));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Set-Cookie")).isEmpty();
        RawAnswer challenge = ask(page);
        assertThat(challenge.headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        assertThat(challenge.body()).doesNotContain("<form");
    }

    /** A dialog over an open page does more harm than a forgotten password. */
    @Test
    void backgroundRequestsOpenNoDialogWithSessions() throws IOException {
        RawRequest fetch = background().with("Sec-Fetch-Mode", "cors");

        assertThat(ask(fetch).headers("WWW-Authenticate")).containsExactly("x" + CHALLENGE);
        assertThat(ask(page()).headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        restart("session: 1h, challenge: always");
        assertThat(ask(fetch).headers("WWW-Authenticate")).containsExactly(CHALLENGE);
        restart("session: 0s");
        assertThat(ask(fetch).headers("WWW-Authenticate")).containsExactly(CHALLENGE);
    }

    /** A check takes seconds; who waits for it is not in by what has ended since. */
    @Test
    void sessionThatEndsDuringCheckOfAnotherPasswordIsOver() throws Exception {
        String cookie = signIn(Visitor.RIGHT);
        var gate = new CountDownLatch(1);
        // from elsewhere: an address with a login does not wait for others
        RawRequest request =
                background()
                        .with("X-Forwarded-For", "198.51.100.77")
                        .with("Cookie", cookie)
                        .with("Authorization", Visitor.basic("bert", "wrong"));
        HashingPool pool = guard.bean(HashingPool.class);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            BusyPool.blockEachThread(gate, pool);
            Future<RawAnswer> answer = threads.submit(() -> ask(request));
            Eventually.until("it waits", () -> BusyPool.hasWaiting(pool));
            guard.bean(SettableClock.class).advance(Duration.ofHours(2));
            gate.countDown();

            assertThat(answer.get().status()).isEqualTo(401);
            assertThat(user(answer.get())).isEqualTo("nobody");
        } finally {
            gate.countDown();
        }
    }

    @Test
    void endsWhenLineOfItsUserChanges() throws IOException {
        String cookie = signIn(Visitor.RIGHT);
        guard.files().htpasswd(Visitor.HTPASSWD.replace("anna", "bert"));

        Eventually.until(
                "the session ends", () -> ask(background().with("Cookie", cookie)).status() == 401);
    }

    @Test
    void statusSaysThatSessionsAreOn() throws IOException {
        assertThat(guard.status()).contains("\"sessions\":\"on, with the key of this process\"");
    }
}
