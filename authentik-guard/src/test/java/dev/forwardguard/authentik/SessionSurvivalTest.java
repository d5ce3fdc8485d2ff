package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.FallbackCounters;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.ScriptedUpstream;
import dev.forwardguard.testing.guard.Visitor;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** People who are in stay in, under their own names, while the outpost does not answer. */
class SessionSurvivalTest {
    private static final String SETTINGS =
            """
            breaker: {consecutive-failures: 1000000, minimum-calls: 1000000}
            verdicts: {reuse: %s, survive-outage: %s}
            """;

    private final AtomicInteger asked = new AtomicInteger();
    private RunningGuard guard = start("0s", "1h", Visitor.HTPASSWD);

    private static RunningGuard start(String reuse, String survival, String htpasswd) {
        return RunningGuard.scripted(SETTINGS.formatted(reuse, survival), htpasswd);
    }

    private void restart(String reuse, String survival, String htpasswd) {
        guard.close();
        guard = start(reuse, survival, htpasswd);
    }

    @AfterEach
    void stop() {
        guard.close();
    }

    private void allows(String... headers) {
        guard.upstream()
                .plays(
                        (_, _) -> {
                            asked.incrementAndGet();
                            HttpHeaders all = new DefaultHttpHeaders();
                            for (int i = 0; i < headers.length; i += 2) {
                                all.add(headers[i], headers[i + 1]);
                            }
                            return CompletableFuture.completedFuture(
                                    new Answered(
                                            new UpstreamResponse(
                                                    HttpResponseStatus.OK, all, new byte[0])));
                        });
    }

    private void signsIn() throws IOException {
        allows("X-authentik-username", "grace", "X-authentik-jwt", "token", "X-Own", "kept");
        assertThat(ask(session()).status()).isEqualTo(200);
    }

    private static RawRequest session() {
        return Authentik.KIND.authRequest().with("Cookie", "authentik_proxy_x=session");
    }

    private RawAnswer ask(RawRequest request) throws IOException {
        return guard.http().ask(request);
    }

    private static String fallback(RawAnswer answer) {
        return answer.header(AuthResponse.FALLBACK_HEADER).orElse("none");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"OVERLOAD", "RESPONSE_TOO_LARGE"})
    void sessionGoesOnWhateverTheReason(FallbackReason reason) throws IOException {
        signsIn();
        FallbackCounters before = guard.fallbacks();
        guard.upstream().isUnavailable(reason);

        RawAnswer answer = ask(session());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(fallback(answer)).isEqualTo(reason.label());
        assertThat(answer.header("X-authentik-username")).contains("grace");
        assertThat(answer.header("X-authentik-jwt")).contains("token");
        assertThat(answer.header("X-Own")).contains("kept");
        assertThat(guard.fallbacks().since(before))
                .isEqualTo(Map.of(reason.label() + " stale", 1L));
    }

    /** A visitor can provoke it, with many requests at once. */
    @Test
    void overloadIsNoOutageWhileCircuitIsClosed() throws IOException {
        signsIn();
        guard.upstream().isUnavailable(FallbackReason.OVERLOAD);

        assertThat(ask(session()).status()).isEqualTo(401);
    }

    /** A visitor can provoke it, with a long URL. */
    @Test
    void responseThatIsTooLargeIsNoOutage() throws IOException {
        signsIn();
        guard.upstream().isUnavailable(FallbackReason.RESPONSE_TOO_LARGE);

        assertThat(ask(session()).status()).isEqualTo(502);
    }

    /** The monotonic clock stands still in it. */
    @Test
    void nobodyIsInAfterNightInWhichTheMachineWasSuspended() throws IOException {
        guard.close();
        guard =
                RunningGuard.start(
                        GuardFiles.with(SETTINGS.formatted("0s", "1h")).htpasswd(Visitor.HTPASSWD),
                        Map.of(ScriptedUpstream.PROPERTY, true, SettableClock.PROPERTY, true));
        signsIn();
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);
        assertThat(ask(session()).status()).isEqualTo(200);

        guard.bean(SettableClock.class).advance(Duration.ofHours(8));

        assertThat(ask(session()).status()).isEqualTo(401);
    }

    /** What the visitor sent in one of the twelve must not get to the application. */
    @Test
    void allTwelveHeadersArePresent() throws IOException {
        allows("X-authentik-username", "grace");
        ask(session());
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);

        RawAnswer answer = ask(session().with("X-authentik-groups", "admins"));

        for (String name : IdentityHeaders.NAMES) {
            assertThat(answer.headers(name)).as(name).hasSize(1);
        }
        assertThat(answer.header("X-authentik-groups")).contains("");
    }

    @Test
    void tokenOfApplicationIsEchoedAndEmergencyPasswordIsNot() throws IOException {
        signsIn();
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);

        RawAnswer token = ask(session().with("Authorization", "Bearer own"));
        assertThat(token.status()).isEqualTo(200);
        assertThat(token.header("Authorization")).contains("Bearer own");

        RawAnswer password = ask(Visitor.RIGHT.asks(session()));
        assertThat(password.status()).isEqualTo(200);
        assertThat(password.header("X-authentik-username")).contains("grace");
        assertThat(password.header("Authorization")).isEmpty();
    }

    /** Before TLS, users and password are asked for: nobody enters who was not in. */
    @Test
    void needsNeitherUsersNorTls() throws IOException {
        restart("0s", "1h", "");
        allows("X-authentik-username", "grace");
        RawRequest overHttp = replaced(session(), "X-Forwarded-Proto", "http");
        ask(overHttp);
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);

        assertThat(ask(overHttp).status()).isEqualTo(200);
        assertThat(ask(session()).status()).as("another scheme").isEqualTo(503);
    }

    @Test
    void othersAreAskedForPassword() throws IOException {
        signsIn();
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);

        assertThat(ask(Authentik.KIND.authRequest()).status()).isEqualTo(401);
        assertThat(
                        ask(Authentik.KIND
                                        .authRequestFrom("198.51.100.9")
                                        .with("Cookie", "authentik_proxy_x=session"))
                                .status())
                .as("the same cookie from another network")
                .isEqualTo(401);
        assertThat(
                        ask(Authentik.KIND
                                        .authRequest()
                                        .with("Cookie", "authentik_proxy_x=another"))
                                .status())
                .isEqualTo(401);
    }

    @Test
    void modeFallbackIsAnOutageAndModeUpstreamIsNot() throws IOException {
        signsIn();
        guard.upstream().isUnavailable(FallbackReason.FORCED);
        changeSettings("mode: fallback\n" + SETTINGS.formatted("0s", "1h"), "fallback");
        assertThat(fallback(ask(session()))).isEqualTo("forced");
        assertThat(ask(session()).status()).isEqualTo(200);

        guard.upstream().isUnavailable(FallbackReason.RESET);
        changeSettings("mode: upstream\n" + SETTINGS.formatted("0s", "1h"), "upstream");
        assertThat(ask(session()).status()).isEqualTo(502);
    }

    /** How an operator throws everybody out. */
    @Test
    void changeOfVerdictsThrowsEverybodyOut() throws IOException {
        signsIn();
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);
        assertThat(ask(session()).status()).isEqualTo(200);

        changeSettings(
                SETTINGS.formatted("0s", "59m"), status -> status.contains("\"remembered\":0"));

        assertThat(ask(session()).status()).isEqualTo(401);
    }

    private void changeSettings(String settings, String mode) {
        changeSettings(settings, status -> status.contains("\"mode\":\"" + mode + "\""));
    }

    private void changeSettings(String settings, Predicate<String> isInForce) {
        guard.files().settings(settings);
        Eventually.until("the settings", () -> isInForce.test(status()));
    }

    private String status() throws IOException {
        return guard.status();
    }

    @Test
    void isOffByDefault() throws IOException {
        guard.close();
        guard = RunningGuard.scripted("mode: auto\n", Visitor.HTPASSWD);
        signsIn();
        signsIn();
        assertThat(asked).hasValue(2);
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);

        assertThat(ask(session()).status()).isEqualTo(401);
    }

    @Test
    void reusesVerdictAsItCame() throws IOException {
        restart("10s", "0s", Visitor.HTPASSWD);
        signsIn();
        RawAnswer again = ask(session());

        assertThat(asked).hasValue(1);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.header("X-authentik-username")).contains("grace");
        assertThat(again.header("X-Own")).contains("kept");
        assertThat(fallback(again)).isEqualTo("none");
    }

    /** authentik's outpost signs in and out by words in the query of any page. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/page?X-authentik-logout=true",
                "/?a=b&x-authentik-logout=TRUE",
                "/?X%2Dauthentik-logout=true",
                "/?%zz&X%2Dauthentik-logout=true"
            })
    void signOutIsAskedAndForgets(String uri) throws IOException {
        restart("10s", "1h", Visitor.HTPASSWD);
        signsIn();
        ask(session());
        assertThat(asked).hasValue(1);

        ask(about(uri));
        assertThat(asked).hasValue(2);
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);

        assertThat(ask(session()).status()).isEqualTo(401);
    }

    @Test
    void signOutInOutageEndsIt() throws IOException {
        signsIn();
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);
        assertThat(ask(session()).status()).isEqualTo(200);

        assertThat(ask(about("/?X-authentik-logout=true")).status()).isEqualTo(401);
        assertThat(ask(session()).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/?q=50%", "/?%zz", "/page?logout=true"})
    void otherPagesAreNoSignOut(String uri) throws IOException {
        restart("10s", "0s", Visitor.HTPASSWD);
        signsIn();

        ask(about(uri));

        assertThat(asked).hasValue(1);
    }

    /** Sent to the outpost by itself, past the gateway's own path. */
    @Test
    void signOutInQueryOfGuardedPathForgets() throws IOException {
        signsIn();
        RawRequest request = session();
        ask(
                new RawRequest(
                        "GET", request.uri() + "?X-authentik-logout=true", request.headers(), ""));
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);

        assertThat(ask(session()).status()).isEqualTo(401);
    }

    /** The outpost's own page, which here does not even answer. */
    @Test
    void pageThatSignsOutForgets() throws IOException {
        signsIn();
        ask(
                RawRequest.get("/outpost.goauthentik.io/sign_out")
                        .with("Cookie", "authentik_proxy_x=session"));
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);

        assertThat(ask(session()).status()).isEqualTo(401);
    }

    @Test
    void callbackIsAsked() throws IOException {
        restart("10s", "1h", Visitor.HTPASSWD);
        signsIn();

        ask(about("/?X-authentik-auth-callback=true&code=c&state=s"));

        assertThat(asked).hasValue(2);
    }

    private static RawRequest about(String uri) {
        return replaced(session(), "X-Forwarded-Uri", uri);
    }

    private static RawRequest replaced(RawRequest request, String name, String value) {
        return new RawRequest(
                "GET",
                request.uri(),
                request.headers().stream()
                        .map(each -> each.name().equals(name) ? new Header(name, value) : each)
                        .toList(),
                "");
    }

    /** Browsers send it for days after an outage; it never gets to the outpost. */
    @Test
    void reusesVerdictForBrowserWithEmergencyPassword() throws IOException {
        restart("10s", "0s", Visitor.HTPASSWD);
        signsIn();
        RawAnswer again = ask(Visitor.RIGHT.asks(session()));

        assertThat(asked).hasValue(1);
        assertThat(again.header("Authorization")).isEmpty();
    }

    @Test
    void showsNumbersAndNoUsers() throws IOException {
        signsIn();
        guard.upstream().isUnavailable(FallbackReason.CONNECT_REFUSED);
        ask(session());
        ask(session());

        assertThat(status().replace("emergency.deletion-grace", ""))
                .contains("\"verdicts\":{")
                .contains("\"remembered\":1")
                .contains("\"surviving\":1")
                .doesNotContain("grace");
        String metrics = guard.management().ask(RawRequest.get("/prometheus")).body();
        assertThat(metrics)
                .contains("guard_verdicts_remembered{guard=\"authentik-guard\"} 1.0")
                .contains("guard_verdicts_surviving{guard=\"authentik-guard\"} 1.0")
                .contains(
                        "guard_emergency_login_total{guard=\"authentik-guard\",result=\"stale\"} 1.0")
                .contains(
                        "guard_decision_total{decision=\"stale\",guard=\"authentik-guard\",source=\"fallback\"} 2.0")
                .doesNotContain("grace");
    }
}
