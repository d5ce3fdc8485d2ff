package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockserver.model.HttpError.error;
import static org.mockserver.model.HttpRequest.request;
import static org.mockserver.model.HttpResponse.response;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockserver.integration.ClientAndServer;
import org.mockserver.model.Delay;

import java.io.IOException;
import java.time.Duration;

/** Checks the usual cases of a healthy and of a failing outpost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OutpostTest {
    private static final String LOGIN = "https://auth.example/application/o/authorize/?client_id=x";

    private final ClientAndServer outpost = ClientAndServer.startClientAndServer();
    private RunningGuard guard;

    @BeforeAll
    void start() {
        guard =
                RunningGuard.start(
                        "breaker: {consecutive-failures: 1000000, minimum-calls: 1000000}\n"
                                + "upstream: {url: 'http://127.0.0.1:%d', read-timeout: 700ms, deadline: 1s}\n"
                                        .formatted(outpost.getPort()),
                        Visitor.HTPASSWD);
    }

    @AfterAll
    void stop() {
        guard.close();
        outpost.stop();
    }

    @BeforeEach
    void acceptOneSession() {
        outpost.reset();
        outpost.when(
                        request(Authentik.KIND.path())
                                .withHeader("Cookie", "authentik_proxy_x=session"))
                .respond(
                        response()
                                .withStatusCode(200)
                                .withHeader("X-authentik-username", "anna")
                                .withHeader("X-authentik-groups", "admins|users"));
        outpost.when(request(Authentik.KIND.path()))
                .respond(
                        response()
                                .withStatusCode(302)
                                .withHeader("Location", LOGIN)
                                .withHeader("Set-Cookie", "authentik_proxy_x=new", "other=1"));
    }

    @Test
    void redirectsToLogin() throws IOException {
        RawAnswer answer = ask(Authentik.KIND.authRequest());

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.headers("Location")).containsExactly(LOGIN);
        assertThat(answer.headers("Set-Cookie"))
                .containsExactly("authentik_proxy_x=new", "other=1");
    }

    @Test
    void allowsValidSession() throws IOException {
        RawAnswer answer =
                ask(Authentik.KIND.authRequest().with("Cookie", "authentik_proxy_x=session"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers("X-authentik-username")).containsExactly("anna");
        assertThat(answer.headers("X-authentik-groups")).containsExactly("admins|users");
    }

    /** An emergency password has no effect while the outpost answers. */
    @ParameterizedTest
    @EnumSource
    void ignoresEmergencyPasswordWhileOutpostAnswers(Visitor visitor) throws IOException {
        RawAnswer answer = ask(visitor.asks(Authentik.KIND.authRequest()));

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("X-authentik-username")).isEmpty();
    }

    @Test
    void waitsForSlowAnswer() throws IOException {
        outpost.reset();
        outpost.when(request())
                .respond(response().withStatusCode(401).withDelay(Delay.milliseconds(400)));

        RawAnswer answer = ask(Authentik.KIND.authRequest());

        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
        assertThat(answer.elapsed()).isGreaterThan(Duration.ofMillis(350));
    }

    @Test
    void fallsBackOnReadTimeout() throws IOException {
        outpost.reset();
        outpost.when(request()).respond(response().withDelay(Delay.seconds(5)));

        assertEmergencyAccess("read_timeout");
    }

    @Test
    void fallsBackOnDroppedConnection() throws IOException {
        outpost.reset();
        outpost.when(request()).error(error().withDropConnection(true));

        assertEmergencyAccess("reset");
    }

    @Test
    void fallsBackOn503() throws IOException {
        outpost.reset();
        outpost.when(request()).respond(response("starting").withStatusCode(503));

        assertEmergencyAccess("bad_status");
    }

    private void assertEmergencyAccess(String reason) throws IOException {
        for (Visitor visitor : Visitor.values()) {
            RawAnswer answer = ask(visitor.asks(Authentik.KIND.authRequest()));

            assertThat(answer.status()).isEqualTo(visitor == Visitor.RIGHT ? 200 : 401);
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly(reason);
        }
    }

    private RawAnswer ask(RawRequest request) throws IOException {
        return guard.http().ask(request);
    }
}
