package dev.forwardguard.authentik.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.client.ClientAddress;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class FailureThrottleTest {
    private static final int CAPACITY = 10_000;

    private final AtomicLong nanos = new AtomicLong();
    private final FailureThrottle throttle = new FailureThrottle(nanos::get, CAPACITY, () -> 5);

    private static ClientAddress address(int i) {
        return ClientAddress.of(ByteBuffer.allocate(4).putInt(i).array());
    }

    private void fail(ClientAddress from) {
        throttle.begin(from).orElseThrow().failed();
    }

    private void failUntilThrottled(ClientAddress from) {
        for (int i = 0; i < 5; i++) {
            fail(from);
        }
        assertThat(throttle.refusal(from)).isPresent();
    }

    @Test
    void boundsTableWithoutForgettingAddresses() {
        ClientAddress attacker = address(-1);
        failUntilThrottled(attacker);
        ClientAddress owner = address(-2);
        throttle.begin(owner).orElseThrow().succeeded();

        for (int i = 0; i < 1_000_000; i++) {
            fail(address(i));
        }

        assertThat(throttle.size()).isLessThanOrEqualTo(CAPACITY);
        assertThat(throttle.refusal(attacker)).isPresent();
        assertThat(throttle.begin(owner).orElseThrow().reputation()).isEqualTo(Reputation.TRUSTED);
        assertThat(throttle.begin(address(-3)).orElseThrow().reputation())
                .isEqualTo(Reputation.SUSPICIOUS);
        nanos.addAndGet(Duration.ofMinutes(10).toNanos());
        assertThat(throttle.size()).isZero();
        assertThat(throttle.begin(address(-3)).orElseThrow().reputation())
                .isEqualTo(Reputation.UNKNOWN);
    }

    @Test
    void storesOnlyAddressesWithFailures() {
        for (int i = 0; i < 100_000; i++) {
            throttle.begin(address(i)).orElseThrow().cancelled();
            throttle.begin(address(i)).orElseThrow().succeeded();
        }
        assertThat(throttle.size()).isZero();
        assertThat(throttle.networks()).isZero();
    }

    @Test
    void updatesReputationOnFailureAndSuccess() {
        assertThat(throttle.begin(address(1)).orElseThrow().reputation())
                .isEqualTo(Reputation.UNKNOWN);
        fail(address(1));
        assertThat(throttle.begin(address(1)).orElseThrow().reputation())
                .isEqualTo(Reputation.SUSPICIOUS);
        throttle.begin(address(1)).orElseThrow().succeeded();
        assertThat(throttle.begin(address(1)).orElseThrow().reputation())
                .isEqualTo(Reputation.TRUSTED);
    }

    @Test
    void throttlesTrustedAddress() {
        throttle.begin(address(1)).orElseThrow().succeeded();
        failUntilThrottled(address(1));
        assertThat(throttle.begin(address(1))).isEmpty();
    }

    /** An exception may follow after an attempt has ended. */
    @Test
    void onlyTheFirstEndOfAnAttemptCounts() {
        FailureThrottle.Attempt first = throttle.begin(address(1)).orElseThrow();
        first.failed();
        first.failed();
        first.cancelled();
        for (int i = 0; i < 3; i++) {
            fail(address(1));
        }

        FailureThrottle.Attempt last = throttle.begin(address(1)).orElseThrow();

        assertThat(throttle.begin(address(1))).isEmpty();
        assertThat(throttle.refusal(address(1))).contains(new AuthResult.Overloaded());
        last.cancelled();
        last.failed();
        fail(address(1));
        assertThat(throttle.refusal(address(1)))
                .contains(new AuthResult.Throttled(Duration.ofSeconds(12)));
    }

    @Test
    void countsAttemptsInFlight() {
        var attempts =
                java.util.stream.Stream.generate(() -> throttle.begin(address(1)).orElseThrow())
                        .limit(5)
                        .toList();

        assertThat(throttle.begin(address(1))).isEmpty();
        assertThat(throttle.refusal(address(1))).contains(new AuthResult.Overloaded());
        attempts.getFirst().cancelled();
        attempts.get(1).succeeded();
        attempts.get(2).failed();
        attempts.get(3).failed();
        attempts.get(4).failed();

        fail(address(1));
        fail(address(1));
        assertThat(throttle.refusal(address(1)))
                .contains(new AuthResult.Throttled(Duration.ofSeconds(12)));
    }
}
