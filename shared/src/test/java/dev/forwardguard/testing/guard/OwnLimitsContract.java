package dev.forwardguard.testing.guard;

import static dev.forwardguard.outcome.FallbackReason.FORCED;
import static dev.forwardguard.outcome.FallbackReason.OVERLOAD;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawConnection;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Cases in which the guard itself decides not to ask the upstream. */
public abstract class OwnLimitsContract extends AgainstStubUpstream {
    protected OwnLimitsContract(GuardKind kind) {
        super(kind);
    }

    @Override
    protected String limits() {
        return "connect-timeout: 2s, read-timeout: 10s, deadline: 10s, max-concurrent: 2";
    }

    /** A private address has no share of its own, only the total. */
    @Test
    void limitsConcurrentRequests() throws IOException {
        var request = kind.authRequestFrom("10.0.0.7");
        var gate = new CountDownLatch(1);
        upstream.behaves(Behaviour.answers(204).after(gate));
        try (RawConnection first = guard.http().connect();
                RawConnection second = guard.http().connect()) {
            first.send(request.wire());
            second.send(request.wire());
            upstream.awaitRequests(2);

            assertFallback(ask(request), OVERLOAD);

            gate.countDown();
            assertThat(first.receive().status()).isEqualTo(204);
            assertThat(second.receive().status()).isEqualTo(204);
        }
        assertThat(ask().status()).isEqualTo(204);
        assertThat(ask().status()).isEqualTo(204);
        assertThat(ask().status()).isEqualTo(204);
        assertThat(upstream.requests()).hasSize(5);
    }

    @Test
    void doesNotContactUpstreamInModeFallback() throws IOException {
        String modeFallback = "mode: fallback\n" + settings();
        FallbackCounters before;
        try (var forced = RunningGuard.start(modeFallback, Visitor.HTPASSWD)) {
            before = forced.fallbacks();

            var answer = forced.http().ask(kind.authRequest());

            assertThat(answer.headers("X-Guard-Fallback")).containsExactly(FORCED.label());
            assertThat(answer.status()).isEqualTo(kind.statusWithoutVerdict());
            assertThat(forced.fallbacks().since(before))
                    .isEqualTo(Map.of("forced " + kind.outcomeWithoutVerdict().label(), 1L));
        }
        assertThat(upstream.connections()).isZero();
    }
}
