package dev.forwardguard.authentik.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class FailureThrottleTest {
    private static final int CAPACITY = 10_000;

    private final AtomicLong nanos = new AtomicLong();
    private final FailureThrottle throttle = new FailureThrottle(nanos::get, CAPACITY, () -> 5);

    private static ClientAddress number(int i) {
        return ClientAddress.of(ByteBuffer.allocate(4).putInt(i).array());
    }

    private void fails(ClientAddress from) {
        throttle.begin(from).orElseThrow().failed();
    }

    private void throttles(ClientAddress from) {
        for (int i = 0; i < 5; i++) {
            fails(from);
        }
        assertThat(throttle.refusal(from)).isPresent();
    }

    @Test
    void aMillionAddressesNeitherGrowTheTableNorWipeIt() {
        ClientAddress guesser = number(-1);
        throttles(guesser);
        ClientAddress owner = number(-2);
        throttle.begin(owner).orElseThrow().succeeded();

        for (int i = 0; i < 1_000_000; i++) {
            fails(number(i));
        }

        assertThat(throttle.size()).isLessThanOrEqualTo(CAPACITY);
        assertThat(throttle.refusal(guesser)).isPresent();
        assertThat(throttle.begin(owner).orElseThrow().reputation()).isEqualTo(Reputation.TRUSTED);
        assertThat(throttle.begin(number(-3)).orElseThrow().reputation())
                .isEqualTo(Reputation.SUSPICIOUS);
        nanos.addAndGet(Duration.ofMinutes(10).toNanos());
        assertThat(throttle.size()).isZero();
        assertThat(throttle.begin(number(-3)).orElseThrow().reputation())
                .isEqualTo(Reputation.UNKNOWN);
    }

    @Test
    void onlyWhoWasWrongTakesRoom() {
        for (int i = 0; i < 100_000; i++) {
            throttle.begin(number(i)).orElseThrow().cancelled();
            throttle.begin(number(i)).orElseThrow().succeeded();
        }
        assertThat(throttle.size()).isZero();
    }

    @Test
    void aFailureMakesASuspectAndALoginAKnownAddress() {
        assertThat(throttle.begin(number(1)).orElseThrow().reputation())
                .isEqualTo(Reputation.UNKNOWN);
        fails(number(1));
        assertThat(throttle.begin(number(1)).orElseThrow().reputation())
                .isEqualTo(Reputation.SUSPICIOUS);
        throttle.begin(number(1)).orElseThrow().succeeded();
        assertThat(throttle.begin(number(1)).orElseThrow().reputation())
                .isEqualTo(Reputation.TRUSTED);
    }

    @Test
    void evenAKnownAddressIsThrottled() {
        throttle.begin(number(1)).orElseThrow().succeeded();
        throttles(number(1));
        assertThat(throttle.begin(number(1))).isEmpty();
    }

    @Test
    void attemptsUnderWayAreCountedUntilTheyTurnOutHarmless() {
        var attempts =
                java.util.stream.Stream.generate(() -> throttle.begin(number(1)).orElseThrow())
                        .limit(5)
                        .toList();

        assertThat(throttle.begin(number(1))).isEmpty();
        assertThat(throttle.refusal(number(1))).contains(new AuthResult.Overloaded());
        attempts.getFirst().cancelled();
        attempts.get(1).succeeded();
        attempts.get(2).failed();
        attempts.get(3).failed();
        attempts.get(4).failed();

        fails(number(1));
        fails(number(1));
        assertThat(throttle.refusal(number(1)))
                .contains(new AuthResult.Throttled(Duration.ofSeconds(12)));
    }
}
