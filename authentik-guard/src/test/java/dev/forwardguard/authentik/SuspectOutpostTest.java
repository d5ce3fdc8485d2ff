package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/** An outpost that knows no application after a restart, under the default settings. */
final class SuspectOutpostTest {
    private final StubUpstream outpost = StubUpstream.start();

    @SuppressWarnings("NullAway.Init") // each test starts it with its own settings
    private RunningGuard guard;

    @AfterEach
    void stop() {
        guard.close();
        outpost.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void emergencyAccessWhenOutpostKnowsNoApplicationUntilItDoes(boolean restarted)
            throws IOException {
        start(", probe-host: app.example");
        knows("app.example");
        assertThat(ask().status()).isEqualTo(302);
        Eventually.until("a good probe", () -> status().contains("\"probe\":\"can-tell\""));

        if (restarted) {
            outpost.goDown();
            fail(5);
        }
        knows("nothing");
        if (restarted) {
            outpost.comeBack();
        }
        Eventually.until("Emergency Access", () -> reason(ask()).equals("circuit_open"));
        outpost.forget();
        outpost.awaitRequests(2); // probes that are answered 404
        assertThat(reason(ask())).isEqualTo("circuit_open");
        assertThat(status()).contains("\"circuit\":\"open\"");

        knows("app.example");
        Eventually.until("a login again", () -> ask().status() == 302);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", probe-host: typo.example"})
    void probeThatCannotTellNeitherOpensNorHoldsTheCircuit(String host) throws IOException {
        start(host);
        knows("app.example");
        assertThat(ask().status()).isEqualTo(302);
        Eventually.until(
                "the state of the probe", () -> status().contains("\"probe\":\"cannot-tell\""));

        knows("nothing");
        for (int i = 0; i < 40; i++) {
            assertThat(ask().status()).isEqualTo(404);
        }
        assertThat(status()).contains("\"circuit\":\"closed\"");

        outpost.goDown();
        fail(5);
        outpost.comeBack();
        Eventually.until("the outpost's own answer", () -> ask().status() == 404);
    }

    /** Only the right host is known; the guard's probe and visitors are told apart by it. */
    private void knows(String host) {
        outpost.behaves(
                (dialogue, request) ->
                        Behaviour.answers(
                                        request.headers("X-Forwarded-Host").contains(host)
                                                ? 302
                                                : 404)
                                .answer(dialogue, request));
    }

    private void start(String probe) {
        guard =
                RunningGuard.start(
                        "upstream: {url: '%s'%s}\nbreaker: {probe-interval: 100ms, probe-max-interval: 100ms}\n"
                                .formatted(outpost.uri(), probe),
                        Visitor.HTPASSWD);
    }

    private void fail(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            assertThat(reason(ask())).isNotEmpty();
        }
    }

    private RawAnswer ask() throws IOException {
        return guard.http().ask(Authentik.KIND.authRequest());
    }

    private static String reason(RawAnswer answer) {
        return answer.header("X-Guard-Fallback").orElse("");
    }

    private String status() throws IOException {
        return guard.status();
    }
}
