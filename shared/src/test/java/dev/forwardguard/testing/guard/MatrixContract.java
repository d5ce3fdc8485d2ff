package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Every reason × every visitor: the response, and what is counted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class MatrixContract {
    private final GuardKind kind;
    private final AtomicInteger addresses = new AtomicInteger();
    private RunningGuard guard;
    private RunningGuard strict;

    protected MatrixContract(GuardKind kind) {
        this.kind = kind;
    }

    /** The outcome for this visitor when there is no verdict. */
    protected abstract Outcome outcome(Visitor visitor);

    /** Asserts status and headers, apart from those that every fallback has. */
    protected abstract void assertDecision(RawAnswer answer, Visitor visitor);

    @BeforeAll
    void start() {
        guard = RunningGuard.scripted("mode: auto\n", Visitor.HTPASSWD);
        strict = RunningGuard.scripted("mode: upstream\n", Visitor.HTPASSWD);
    }

    @AfterAll
    void stop() {
        guard.close();
        strict.close();
    }

    static Stream<Arguments> matrix() {
        return Arrays.stream(FallbackReason.values())
                .flatMap(
                        reason ->
                                Arrays.stream(Visitor.values())
                                        .map(visitor -> arguments(reason, visitor)));
    }

    @ParameterizedTest(name = "{0}, {1} credentials")
    @MethodSource("matrix")
    void decidesWithoutVerdict(FallbackReason reason, Visitor visitor) throws IOException {
        guard.upstream().isUnavailable(reason);
        FallbackCounters before = guard.fallbacks();

        // each from an address of its own: one that repeats a wrong password is answered otherwise
        RawRequest request = kind.authRequestFrom("198.51.100." + addresses.incrementAndGet());
        RawAnswer answer = guard.http().ask(visitor.asks(request));

        assertThat(answer.headers("X-Guard-Fallback")).containsExactly(reason.label());
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        Outcome outcome;
        if (reason == FallbackReason.RESPONSE_TOO_LARGE) {
            outcome = kind.outcomeWithoutVerdict(reason.label());
            assertThat(answer.status()).isEqualTo(kind.statusWithoutVerdict(reason.label()));
            assertThat(answer.header("WWW-Authenticate")).isEmpty();
            assertThat(answer.header("X-authentik-username")).isEmpty();
        } else {
            outcome = outcome(visitor);
            assertDecision(answer, visitor);
        }
        assertThat(guard.fallbacks().since(before))
                .isEqualTo(Map.of(reason.label() + " " + outcome.label(), 1L));
    }

    @ParameterizedTest(name = "{0}, {1} credentials")
    @MethodSource("matrix")
    void failsInModeUpstream(FallbackReason reason, Visitor visitor) throws IOException {
        strict.upstream().isUnavailable(reason);
        FallbackCounters before = strict.fallbacks();

        RawAnswer answer = strict.http().ask(visitor.asks(kind.authRequest()));

        assertThat(answer.status()).isEqualTo(reason.isTimeout() ? 504 : 502);
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        assertThat(strict.fallbacks().since(before)).isEmpty();
    }
}
