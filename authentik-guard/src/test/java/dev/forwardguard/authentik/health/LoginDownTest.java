package dev.forwardguard.authentik.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.forwardguard.authentik.Authentik;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.FallbackCounters;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** A running guard, an outpost that answers, and the login behind it: every verdict and state. */
final class LoginDownTest {
    private static final String LOGIN = "https://auth.example/application/o/authorize/?client_id=x";
    private static final List<Header> REDIRECT =
            List.of(new Header("Location", LOGIN), new Header("Set-Cookie", "state=secret"));
    private static final List<Answer> VERDICTS =
            List.of(
                    Answer.of(200),
                    new Answer(301, REDIRECT, ""),
                    new Answer(302, REDIRECT, "Found"),
                    new Answer(303, REDIRECT, ""),
                    new Answer(307, REDIRECT, ""),
                    new Answer(308, REDIRECT, ""),
                    Answer.of(302), // without Location it leads nowhere
                    new Answer(201, REDIRECT, ""),
                    new Answer(401, REDIRECT, ""),
                    Answer.of(403),
                    Answer.of(400),
                    Answer.of(404),
                    Answer.of(500));

    private final StubUpstream outpost = StubUpstream.start();
    private final StubUpstream login = StubUpstream.start(Behaviour.answers(204));

    @AfterEach
    void stop() {
        outpost.close();
        login.close();
    }

    static Stream<Arguments> matrix() {
        return Arrays.stream(LoginState.values())
                .flatMap(state -> Arrays.stream(Mode.values()).map(mode -> arguments(state, mode)));
    }

    @ParameterizedTest(name = "login {0}, mode {1}")
    @MethodSource("matrix")
    void onlyRedirectsBecomeEmergencyAccess(LoginState state, Mode mode) throws IOException {
        try (var guard = start(state)) {
            bring(guard, state);
            guard.files().settings(settings(state, mode));
            String inForce = "\"mode\":\"" + mode.name().toLowerCase(Locale.ROOT) + "\"";
            Eventually.until("the mode", () -> status(guard).contains(inForce));

            for (Answer verdict : VERDICTS) {
                outpost.behaves(Behaviour.answers(verdict));
                for (Visitor visitor : Visitor.values()) {
                    assertDecision(guard, verdict, visitor, state, mode);
                }
            }
        }
    }

    private static void assertDecision(
            RunningGuard guard, Answer verdict, Visitor visitor, LoginState state, Mode mode)
            throws IOException {
        String what = verdict.status() + " " + verdict.headers() + " for " + visitor;
        boolean leadsToDeadLogin =
                state == LoginState.FAILING
                        && mode == Mode.AUTO
                        && verdict.status() / 100 == 3
                        && verdict.headers().equals(REDIRECT);
        FallbackCounters before = guard.fallbacks();

        RawAnswer answer = guard.http().ask(visitor.asks(Authentik.KIND.authRequest()));

        if (mode == Mode.FALLBACK || leadsToDeadLogin) {
            String reason = mode == Mode.FALLBACK ? "forced" : "login_down";
            assertThat(answer.headers("X-Guard-Fallback")).as(what).containsExactly(reason);
            assertThat(answer.status()).as(what).isEqualTo(visitor == Visitor.RIGHT ? 200 : 401);
            assertThat(answer.header("Location")).as(what).isEmpty();
            assertThat(answer.header("Set-Cookie")).as(what).isEmpty();
            assertThat(answer.headers("X-authentik-username"))
                    .as(what)
                    .isEqualTo(visitor == Visitor.RIGHT ? List.of("anna") : List.of());
            String outcome = visitor == Visitor.RIGHT ? " allow" : " challenge";
            assertThat(guard.fallbacks().since(before))
                    .as(what)
                    .isEqualTo(Map.of(reason + outcome, 1L));
        } else {
            assertThat(answer.header("X-Guard-Fallback")).as(what).isEmpty();
            assertThat(answer.status()).as(what).isEqualTo(verdict.status());
            assertThat(guard.fallbacks().since(before)).as(what).isEmpty();
        }
    }

    /** A redirect there is a verdict: authentik does not let it pass. */
    @Test
    void opensNoPathThatAuthentikDecidesAbout() throws IOException {
        try (var guard = start(LoginState.FAILING)) {
            bring(guard, LoginState.FAILING);
            guard.files()
                    .settings(
                            settings(LoginState.FAILING, Mode.AUTO)
                                    .replace(
                                            "max-failures: 0",
                                            "max-failures: 0, open: [{host: app.example, path: /hooks}]"));
            Eventually.until("the open path", () -> status(guard).contains("app.example/hooks"));

            outpost.behaves(Behaviour.answers(new Answer(302, REDIRECT, "")));
            RawAnswer refused = guard.http().ask(hook());
            outpost.behaves(Behaviour.answers(200));
            RawAnswer relayed = guard.http().ask(hook());
            outpost.goDown();
            RawAnswer open = guard.http().ask(hook());

            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.headers("X-Guard-Fallback")).containsExactly("login_down");
            assertThat(relayed.status()).isEqualTo(200);
            assertThat(relayed.header("X-Guard-Fallback")).isEmpty();
            assertThat(open.status()).isEqualTo(200);
            assertThat(open.headers("X-Guard-Fallback")).containsExactly("connect_refused");
        }
    }

    private static RawRequest hook() {
        return RawRequest.get(Authentik.KIND.path())
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example")
                .with("X-Forwarded-Method", "POST")
                .with("X-Forwarded-Uri", "/hooks/build");
    }

    @Test
    void showsTheOutageToOperatorsFromBeginningToEnd() throws IOException {
        try (var guard = start(LoginState.FAILING)) {
            assertThat(metrics(guard)).contains("outcome=\"challenge\",reason=\"login_down\"} 0.0");
            bring(guard, LoginState.HEALTHY);
            assertThat(status(guard))
                    .contains("\"login\":{\"state\":\"healthy\"", "\"lastStatus\":204");
            assertThat(metrics(guard)).contains("state=\"healthy\"} 1.0", "state=\"failing\"} 0.0");
            outpost.behaves(Behaviour.answers(new Answer(302, REDIRECT, "")));
            assertThat(ask(guard).status()).isEqualTo(302);

            bring(guard, LoginState.FAILING);
            assertThat(status(guard))
                    .contains("\"login\":{\"state\":\"failing\"", "\"lastStatus\":503");
            assertThat(metrics(guard)).contains("state=\"healthy\"} 0.0", "state=\"failing\"} 1.0");
            assertThat(ask(guard).status()).isEqualTo(401);
            assertThat(status(guard)).contains("\"circuit\":\"closed\"");

            login.behaves(Behaviour.answers(200));
            for (int i = 0; i < 3; i++) {
                assertThat(ask(guard).status()).isEqualTo(401);
                askLogin(guard);
            }
            assertThat(ask(guard).status()).isEqualTo(302);
        }
    }

    @Test
    void asksWithAConnectionOfItsOwnEachTime() throws IOException {
        try (var guard = start(LoginState.HEALTHY)) {
            bring(guard, LoginState.HEALTHY);
            login.awaitOpenConnections(0);
            for (int i = 0; i < 3; i++) {
                askLogin(guard);
            }

            assertThat(login.connections()).isEqualTo(login.requests().size());
            assertThat(login.requests())
                    .allSatisfy(
                            request -> {
                                assertThat(request.uri()).isEqualTo("/-/health/ready/");
                                assertThat(request.headers("Host"))
                                        .containsExactly("127.0.0.1:" + login.port());
                            });
            login.awaitOpenConnections(0);
        }
    }

    @Test
    void hangingOrUnreachableLoginFails() throws IOException {
        try (var guard = start(LoginState.FAILING)) {
            bring(guard, LoginState.HEALTHY);
            login.behaves(Behaviour.hangs());
            askLogin(guard);
            login.behaves(
                    Behaviour.answersRaw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
                            .then(Ending.CLOSE));
            askLogin(guard);
            assertThat(health(guard).isFailing()).isFalse();
            login.goDown();
            askLogin(guard);

            assertThat(health(guard).isFailing()).isTrue();
        }
    }

    /** Brings the login's health to this state, by as many requests as it takes. */
    private void bring(RunningGuard guard, LoginState state) {
        switch (state) {
            case OFF -> {}
            case UNKNOWN -> {
                for (int i = 0; i < 4; i++) {
                    askLogin(guard);
                }
            }
            case HEALTHY, WRONG_ADDRESS -> {}
            case FAILING -> {
                await(guard, LoginState.HEALTHY);
                login.behaves(Behaviour.answers(503));
                for (int i = 0; i < 3; i++) {
                    askLogin(guard);
                }
            }
        }
        await(guard, state);
    }

    private static void await(RunningGuard guard, LoginState state) {
        Eventually.until(state.label(), () -> health(guard).status().state() == state);
    }

    /** Lets the guard ask at once, not only when it is due, and waits for the result. */
    @SuppressWarnings("ReferenceEquality") // the next result may be equal
    private static void askLogin(RunningGuard guard) {
        LoginStatus before = health(guard).status();
        health(guard).settingsChanged();
        Eventually.until("an answer of the login", () -> health(guard).status() != before);
    }

    private static LoginHealth health(RunningGuard guard) {
        return guard.bean(LoginHealth.class);
    }

    private RunningGuard start(LoginState state) {
        switch (state) {
            case UNKNOWN -> login.behaves(Behaviour.answers(503));
            case WRONG_ADDRESS -> login.behaves(Behaviour.answers(404));
            default -> login.behaves(Behaviour.answers(204));
        }
        return RunningGuard.start(settings(state, Mode.AUTO), Visitor.HTPASSWD);
    }

    private String settings(LoginState state, Mode mode) {
        String url = ", login-health-url: '%s/-/health/ready/'".formatted(login.uri());
        return "mode: %s\nupstream: {url: '%s', deadline: 400ms%s}\nemergency: {max-failures: 0}\n"
                .formatted(
                        mode.name().toLowerCase(Locale.ROOT),
                        outpost.uri(),
                        state == LoginState.OFF ? "" : url);
    }

    private static RawAnswer ask(RunningGuard guard) throws IOException {
        return guard.http().ask(Authentik.KIND.authRequest());
    }

    private static String status(RunningGuard guard) throws IOException {
        return guard.status();
    }

    private static String metrics(RunningGuard guard) throws IOException {
        return guard.management().ask(RawRequest.get("/prometheus")).body();
    }
}
