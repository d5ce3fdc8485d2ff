package dev.forwardguard.verdict;

import static dev.forwardguard.verdict.RememberingGuard.HOME;
import static dev.forwardguard.verdict.RememberingGuard.HOST;
import static dev.forwardguard.verdict.RememberingGuard.REUSE;
import static dev.forwardguard.verdict.RememberingGuard.SURVIVE;
import static dev.forwardguard.verdict.RememberingGuard.USER;
import static dev.forwardguard.verdict.RememberingGuard.address;
import static dev.forwardguard.verdict.RememberingGuard.allow;
import static dev.forwardguard.verdict.RememberingGuard.down;
import static dev.forwardguard.verdict.RememberingGuard.guard;
import static dev.forwardguard.verdict.RememberingGuard.refusal;
import static dev.forwardguard.verdict.RememberingGuard.session;
import static dev.forwardguard.verdict.RememberingGuard.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.Mode;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What is remembered, for whom, and what ends it. */
class VerdictsTest {
    private final RememberingGuard guard = new RememberingGuard();

    @AfterEach
    void close() {
        guard.close();
    }

    private static String user(UpstreamOutcome outcome) {
        return outcome instanceof Answered(var verdict)
                ? String.valueOf(verdict.headers().get(USER))
                : "none";
    }

    @Test
    void reusesAllowWhileItIsFresh() {
        guard.settings = REUSE;
        guard.comeIntoForce();

        assertThat(user(guard.ask("s"))).isEqualTo("alice");
        guard.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(user(guard.ask("s"))).isEqualTo("alice");
        assertThat(guard.asked()).isEqualTo(1);

        guard.advance(Duration.ofNanos(1));
        guard.ask("s");
        assertThat(guard.asked()).isEqualTo(1);
    }

    /** RFC 9111 section 4.2.3: from the request on, or a slow upstream would lengthen it. */
    @Test
    void countsAgeFromRequest() {
        var answer = new CompletableFuture<UpstreamOutcome>();
        guard.plays(any -> answer);
        var first = guard.begin(guard.request(session("s")));
        guard.advance(Duration.ofSeconds(6));
        answer.complete(allow("alice"));
        first.join();
        guard.advance(Duration.ofSeconds(5));

        guard.ask("s");

        assertThat(guard.asked()).isEqualTo(2);
    }

    @Test
    void allowsAsBeforeInOutage() {
        guard.answers(allow("alice", "X-authentik-groups", "admins|users", "X-authentik-jwt", "j"));
        guard.ask("s");
        guard.answers(down());
        guard.advance(Duration.ofMinutes(59));

        HttpHeaders last = guard.lastAllow("s").orElseThrow().verdict().headers();

        assertThat(last.get(USER)).isEqualTo("alice");
        assertThat(last.get("X-authentik-groups")).isEqualTo("admins|users");
        assertThat(last.get("X-authentik-jwt")).isEqualTo("j");
        guard.advance(Duration.ofMinutes(1));
        assertThat(guard.lastAllow("s")).isEmpty();
    }

    /** Otherwise most of the heap would be copies that nobody needs any more. */
    @Test
    void sameAllowAgainTakesNoMoreMemory() {
        guard.answers(allow("alice", "X-authentik-jwt", "j", "Date", "Mon, 30 Nov 2026 10:00:00"));
        guard.ask("s");
        UpstreamResponse first = guard.lastAllow("s").orElseThrow().verdict();
        guard.advance(Duration.ofSeconds(11));
        guard.answers(allow("alice", "X-authentik-jwt", "j", "Date", "Mon, 30 Nov 2026 10:00:11"));
        guard.ask("s");

        assertThat(guard.asked()).isEqualTo(2);
        assertThat(guard.lastAllow("s").orElseThrow().verdict()).isSameAs(first);
        guard.advance(Duration.ofMinutes(60).minusNanos(1)); // from the second time on
        assertThat(guard.lastAllow("s")).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "alice, X-authentik-jwt, j2",
        "alice, X-authentik-groups, j",
        "alicia, X-authentik-jwt, j",
        "alice, X-authentik-jwt, J",
        "alice, X-Authentik-Jwt, j"
    })
    void anotherAllowReplacesTheOneBefore(String user, String name, String value) {
        guard.answers(allow("alice", "X-authentik-jwt", "j"));
        guard.ask("s");
        guard.advance(Duration.ofSeconds(11));
        guard.answers(allow(user, name, value));
        guard.ask("s");

        HttpHeaders now = guard.lastAllow("s").orElseThrow().verdict().headers();
        assertThat(now.get(USER)).isEqualTo(user);
        assertThat(now.get(name)).isEqualTo(value);
        assertThat(guard.lastAllow("s").orElseThrow().user()).isEqualTo(user);
    }

    @Test
    void allowWithMoreOrLessReplacesTheOneBefore() {
        for (UpstreamOutcome each :
                List.of(
                        allow("alice", "X-authentik-jwt", "j"),
                        allow("alice", "X-authentik-jwt", "j", "X-authentik-uid", "1"),
                        allow("alice"))) {
            guard.answers(each);
            guard.ask("s");
            guard.advance(Duration.ofSeconds(11));

            assertThat(guard.lastAllow("s").orElseThrow().verdict().headers().entries())
                    .isEqualTo(((Answered) each).verdict().headers().entries());
        }
    }

    /** An outage is no reason to be in for longer. */
    @Test
    void isNotProlongedByUse() {
        guard.ask("s");
        for (int minute = 0; minute < 59; minute++) {
            guard.advance(Duration.ofMinutes(1));
            assertThat(guard.lastAllow("s")).isPresent();
        }
        guard.advance(Duration.ofMinutes(1));

        assertThat(guard.lastAllow("s")).isEmpty();
    }

    @Test
    void tellsFirstUseOfEachOutage() {
        guard.ask("s");

        assertThat(guard.lastAllow("s").orElseThrow().firstUse()).isTrue();
        assertThat(guard.lastAllow("s").orElseThrow().firstUse()).isFalse();
        assertThat(guard.verdicts.surviving()).isEqualTo(1);

        guard.advance(Duration.ofSeconds(11));
        guard.ask("s");
        assertThat(guard.verdicts.surviving()).isZero();
        assertThat(guard.lastAllow("s").orElseThrow().firstUse()).isTrue();
    }

    @Test
    void tellsSessionOnceForAllItsHosts() {
        HttpHeaders here = session("s");
        HttpHeaders there = session("s").set("X-Forwarded-Host", "wiki.example.com");
        guard.ask(here);
        guard.ask(there);

        assertThat(guard.lastAllow(here, HOME).orElseThrow().firstUse()).isTrue();
        assertThat(guard.lastAllow(there, HOME).orElseThrow().firstUse()).isFalse();
        assertThat(guard.verdicts.surviving()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "198.51.100.7, 198.51.100.200, true",
        "198.51.100.7, 198.51.101.7, false",
        "2001:db8:1:1::1, 2001:db8:1:2::1, true",
        "2001:db8:1:1::1, 2001:db8:1:101::1, false",
        "198.51.100.7, 2001:db8::1, false"
    })
    void holdsForNetworkOfLastAllow(String before, String now, boolean holds) {
        guard.verdicts
                .inFrontOf(
                        (request, any) -> CompletableFuture.completedFuture(allow("alice")),
                        guard.settings,
                        () -> address(before))
                .ask(guard.request(session("s")), guard.guard);

        assertThat(guard.lastAllow(session("s"), address(now)).isPresent()).isEqualTo(holds);
        assertThat(guard.lastAllow(session("s"), ClientAddress.UNKNOWN)).isEmpty();
    }

    /** Requests that are neither remembered nor served. */
    static List<HttpHeaders> ambiguous() {
        return List.of(
                new DefaultHttpHeaders(),
                session("s").remove("Cookie"),
                session("s").set("Cookie", "theme=dark"),
                session("s").set("Cookie", "xauthentik_proxy_1=s"),
                session("s").set("Cookie", "Authentik_proxy_1=s"),
                session("s").remove("X-Forwarded-Proto"),
                session("s").set("X-Forwarded-Proto", "gopher"),
                session("s").set("X-Forwarded-Proto", ""),
                session("s").set("X-Forwarded-Proto", ",https"),
                session("s").add("X-Forwarded-Proto", "https"),
                session("s").remove("X-Forwarded-Host"),
                session("s").set("X-Forwarded-Host", ""),
                session("s").set("X-Forwarded-Host", "a.example, b.example"),
                session("s").set("X-Forwarded-Host", "a.example/x"),
                session("s").set("X-Forwarded-Host", "ä.example"),
                session("s").set("X-Forwarded-Host", "a".repeat(262)),
                session("s").set("Cookie", "authentik_proxy_1=s;".repeat(33)),
                session("s").add("X-Forwarded-Host", HOST));
    }

    @ParameterizedTest
    @MethodSource("ambiguous")
    void remembersNothingThatIsIncomplete(HttpHeaders headers) {
        guard.ask(headers);
        guard.ask(headers);

        assertThat(guard.asked()).isEqualTo(2);
        assertThat(guard.lastAllow(headers, HOME)).isEmpty();
        assertThat(guard.verdicts.remembered()).isZero();
    }

    /** Requests of other sessions, places or questions than that of {@code session("s")}. */
    static List<HttpHeaders> others() {
        return List.of(
                session("t"),
                session("s").set("Cookie", "authentik_proxy_1=s; authentik_proxy_1=s"),
                session("s").set("Cookie", "authentik_proxy_1=s; authentik_proxy_evil=t"),
                session("s").set("Cookie", "authentik_proxy_1s="),
                session("s").set("Cookie", "authentik_proxy_2=s"),
                session("s").set("Cookie", "authentik_proxy_1=\"s\""),
                session("s").set("X-Forwarded-Host", "other.example.com"),
                session("s").set("X-Forwarded-Host", HOST + ":8443"),
                session("s").set("X-Forwarded-Proto", "http"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void keepsApartWhatIsNotTheSame(HttpHeaders other) {
        guard.answers(allow("alice", "X-authentik-groups", "one"));
        guard.ask("s");

        assertThat(guard.lastAllow(other, HOME)).isEmpty();
        guard.answers(allow("alice", "X-authentik-groups", "other"));
        assertThat(groups(guard.ask(other))).isEqualTo("other");
        assertThat(groups(guard.ask("s"))).isEqualTo("one");
    }

    private static String groups(UpstreamOutcome outcome) {
        return outcome instanceof Answered(var verdict)
                ? String.valueOf(verdict.headers().get("X-authentik-groups"))
                : "none";
    }

    @Test
    void keepsOrderOfCookiesApart() {
        guard.ask(session("s").set("Cookie", "authentik_proxy_1=a; authentik_proxy_2=b"));

        guard.ask(session("s").set("Cookie", "authentik_proxy_2=b; authentik_proxy_1=a"));

        assertThat(guard.asked()).isEqualTo(2);
    }

    /** The same in other words: a browser and a gateway may write it so. */
    static List<HttpHeaders> same() {
        return List.of(
                session("s").set("X-Forwarded-Host", HOST.toUpperCase(java.util.Locale.ROOT)),
                session("s").set("X-Forwarded-Proto", "wss"),
                session("s").set("X-Forwarded-Proto", "HTTPS"),
                session("s").set("X-Forwarded-Proto", "https , http"),
                session("s").set("Cookie", "authentik_proxy_1=s;lang=de"),
                session("s").set("Cookie", "lang=de ;authentik_proxy_1=s ;"),
                session("s").set("Cookie", "lang=de").add("Cookie", "authentik_proxy_1=s"),
                session("s").set("X-Forwarded-Uri", "/another").set("X-Forwarded-Method", "POST"));
    }

    @ParameterizedTest
    @MethodSource("same")
    void takesForSameWhatIsTheSame(HttpHeaders again) {
        guard.ask("s");

        guard.ask(again);

        assertThat(guard.asked()).isEqualTo(1);
    }

    @Test
    void keepsQueriesOfGuardedPathApart() {
        guard.begin(guard.request("/auth?a", session("s"), guard.hangUp())).join();

        guard.begin(guard.request("/auth?b", session("s"), guard.hangUp())).join();

        assertThat(guard.asked()).isEqualTo(2);
    }

    /** Answers that are passed on and not remembered. */
    static List<UpstreamOutcome> unremembered() {
        return List.of(
                allow(""),
                allow("alice", USER, "bob"),
                allow("alice", "Set-Cookie", "authentik_proxy_1=new"),
                allow("alice", "Connection", "X-authentik-groups"),
                refusal(302),
                refusal(401),
                refusal(403),
                refusal(400),
                refusal(404),
                refusal(429),
                refusal(500),
                down());
    }

    @ParameterizedTest
    @MethodSource("unremembered")
    void remembersOnlyAllowOfUser(UpstreamOutcome outcome) {
        guard.answers(outcome);

        assertThat(guard.ask("s")).isEqualTo(outcome);

        assertThat(guard.lastAllow("s")).isEmpty();
        guard.ask("s");
        assertThat(guard.asked()).isEqualTo(2);
    }

    /** The application's own token: an upstream may judge by it. */
    @Test
    void asksAboutAuthorizationButLetsSessionSurvive() {
        HttpHeaders withToken = session("s").set("Authorization", "Bearer t");
        guard.ask("s");

        guard.ask(withToken);
        assertThat(guard.asked()).isEqualTo(2);
        assertThat(guard.lastAllow(withToken, HOME)).isPresent();
    }

    @Test
    void remembersNothingThatAuthorizationAllowed() {
        guard.ask(session("s").set("Authorization", "Bearer t"));

        assertThat(guard.lastAllow("s")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308, 401, 403})
    void refusalForgetsUserEverywhere(int status) {
        HttpHeaders elsewhere = session("s2").set("X-Forwarded-Host", "other.example.com");
        guard.ask(elsewhere);
        guard.ask("s");
        guard.answers(allow("bob"));
        guard.ask("of bob");

        guard.advance(Duration.ofSeconds(11));
        guard.answers(refusal(status));
        guard.ask("s");

        assertThat(guard.lastAllow("s")).isEmpty();
        assertThat(guard.lastAllow(elsewhere, HOME)).isEmpty();
        assertThat(guard.lastAllow("of bob")).isPresent();
    }

    /** A refusal comes when what was remembered for the same request is already too old. */
    @Test
    void refusalForgetsUserAlsoWhenItsOwnVerdictIsTooOld() {
        guard.settings = REUSE;
        guard.comeIntoForce();
        HttpHeaders elsewhere = session("s2").set("X-Forwarded-Host", "other.example.com");
        guard.ask("s");
        guard.advance(Duration.ofSeconds(9));
        guard.ask(elsewhere);
        guard.advance(Duration.ofSeconds(2));
        guard.answers(refusal(302));
        guard.ask("s");
        guard.asked();

        guard.ask(elsewhere);

        assertThat(guard.asked()).isEqualTo(1);
    }

    /** One cookie for all hosts of a domain: what another host is told counts here, too. */
    @Test
    void refusalAtAnotherHostForgetsSameSession() {
        guard.ask("s");
        guard.answers(refusal(302));

        guard.ask(session("s").set("X-Forwarded-Host", "other.example.com"));

        assertThat(guard.lastAllow("s")).isEmpty();
    }

    /** Whatever else is odd about it. */
    @Test
    void refusalOfAmbiguousRequestForgetsItsSession() {
        guard.ask("s");
        guard.answers(refusal(302));

        guard.ask(session("s").add("X-Forwarded-Host", HOST));

        assertThat(guard.lastAllow("s")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 429, 500})
    void suspectStatusForgetsNobody(int status) {
        guard.ask("s");
        guard.advance(Duration.ofSeconds(11));
        guard.answers(refusal(status));
        guard.ask("s");

        assertThat(guard.lastAllow("s")).isPresent();
    }

    @Test
    void outageForgetsNobody() {
        guard.ask("s");
        guard.advance(Duration.ofSeconds(11));
        guard.answers(down());
        guard.ask("s");

        assertThat(guard.lastAllow("s")).isPresent();
    }

    @Test
    void signOutForgetsUserEverywhere() {
        HttpHeaders elsewhere = session("s2").set("X-Forwarded-Host", "other.example.com");
        guard.ask(elsewhere);
        guard.ask("s");

        guard.verdicts
                .signOut(session("s").set("X-Forwarded-Host", "login.example.com"), guard.settings)
                .run();

        assertThat(guard.lastAllow("s")).isEmpty();
        assertThat(guard.lastAllow(elsewhere, HOME)).isEmpty();
    }

    /** Also one cookie of several: at another host the browser has others beside it. */
    @Test
    void signOutFindsSessionByAnyOfItsCookies() {
        guard.ask(session("s").set("Cookie", "authentik_proxy_1=s; authentik_proxy_2=t"));

        guard.verdicts
                .signOut(session("s").set("Cookie", "authentik_proxy_2=t"), guard.settings)
                .run();

        assertThat(guard.verdicts.remembered()).isZero();
    }

    /** What was allowed before must not be remembered after. */
    @Test
    void isNotRememberedIfForgottenWhileAsked() {
        var answer = new CompletableFuture<UpstreamOutcome>();
        guard.plays(any -> answer);
        var asked = guard.begin(guard.request(session("s")));

        guard.verdicts.signOut(session("s"), guard.settings).run();
        answer.complete(allow("alice"));

        assertThat(user(asked.join())).isEqualTo("alice");
        assertThat(guard.lastAllow("s")).isEmpty();
    }

    @Test
    void isNotRememberedIfRefusedWhileAsked() {
        guard.settings = SURVIVE; // each request asks
        guard.comeIntoForce();
        var slow = new CompletableFuture<UpstreamOutcome>();
        guard.plays(any -> slow);
        guard.begin(guard.request(session("s")));
        guard.answers(refusal(302));
        guard.ask("s");
        slow.complete(allow("alice"));

        assertThat(guard.lastAllow("s")).isEmpty();
    }

    @Test
    void answerThatWasAskedForEarlierDoesNotReplaceLaterOne() {
        guard.settings = SURVIVE;
        guard.comeIntoForce();
        var slow = new CompletableFuture<UpstreamOutcome>();
        guard.plays(any -> slow);
        guard.begin(guard.request(session("s")));
        guard.advance(Duration.ofSeconds(1));
        guard.answers(allow("alice", "X-authentik-groups", "new"));
        guard.ask("s");
        slow.complete(allow("alice", "X-authentik-groups", "old"));

        assertThat(guard.lastAllow("s").orElseThrow().verdict().headers().get("X-authentik-groups"))
                .isEqualTo("new");
    }

    @Test
    void changeOfSettingsForgetsEverything() {
        guard.ask("s");

        guard.settings = settings(10, 3599);
        guard.comeIntoForce();
        assertThat(guard.verdicts.remembered()).isZero();
        assertThat(guard.lastAllow("s")).isEmpty();

        guard.ask("s");
        guard.guard = guard("http://another:9000", Mode.AUTO);
        assertThat(guard.lastAllow("s")).isEmpty(); // before it is told of the change
        guard.comeIntoForce();
        assertThat(guard.verdicts.remembered()).isZero();
    }

    @Test
    void changeOfModeForgetsNothing() {
        guard.ask("s");

        guard.guard = guard("http://outpost:9000", Mode.FALLBACK);
        guard.comeIntoForce();

        assertThat(guard.lastAllow("s")).isPresent();
    }

    /** In a drill all are told the same, and {@code X-Guard-Fallback} is there. */
    @Test
    void reusesNothingInModeFallback() {
        guard.ask("s");
        guard.guard = guard("http://outpost:9000", Mode.FALLBACK);
        guard.answers(down());

        assertThat(guard.ask("s")).isEqualTo(down());
    }

    @Test
    void isOffByDefault() {
        guard.settings = VerdictSettings.off("authentik_proxy");
        guard.comeIntoForce();
        guard.ask("s");
        guard.ask("s");

        assertThat(guard.asked()).isEqualTo(2);
        assertThat(guard.lastAllow("s")).isEmpty();
        assertThat(guard.verdicts.remembered()).isZero();
    }

    @Test
    void survivalAloneReusesNothingAndReuseAloneSurvivesNothing() {
        guard.settings = SURVIVE;
        guard.comeIntoForce();
        guard.ask("s");
        guard.ask("s");
        assertThat(guard.asked()).isEqualTo(2);

        guard.settings = REUSE;
        guard.comeIntoForce();
        guard.ask("s");
        assertThat(guard.lastAllow("s")).isEmpty();
    }

    @Test
    void showsNoSecrets() {
        guard.ask("secret");

        assertThat(guard.lastAllow("secret").orElseThrow().toString()).doesNotContain("alice");
        assertThat(AskedFor.in(each -> each.accept("Cookie", "authentik_proxy=secret"), REUSE))
                .asString()
                .doesNotContain("secret");
    }
}
