package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A failure makes unknown addresses of the same network suspicious, and of no other network. */
class NetworkReputationTest {
    private static final int CAPACITY = 10_000;

    private final AtomicLong nanos = new AtomicLong();
    private int maxFailures = 5;
    private final FailureThrottle throttle =
            new FailureThrottle(nanos::get, CAPACITY, () -> maxFailures);

    private Reputation reputation(String address) {
        var attempt = throttle.begin(address(address)).orElseThrow();
        attempt.cancelled();
        return attempt.reputation();
    }

    private void fail(String address) {
        throttle.begin(address(address)).orElseThrow().failed();
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:1:203::1, 2001:db8:1:203::2, SUSPICIOUS",
        "2001:db8:1:203::1, 2001:db8:1:204::1, SUSPICIOUS",
        "2001:db8:1:203::1, 2001:db8:1:ffff::1, SUSPICIOUS",
        "2001:db8:1:203::1, 2001:db8:2:203::1, UNKNOWN",
        "2001:db8:1:203::1, 2001:db8::, UNKNOWN",
        "192.0.2.1, 192.0.2.254, SUSPICIOUS",
        "192.0.2.1, 192.0.3.1, UNKNOWN",
        "192.0.2.1, ::ffff:192.0.2.7, SUSPICIOUS",
        "192.0.2.1, 64:ff9b::c000:207, SUSPICIOUS",
        "64:ff9b::c000:201, 64:ff9b::c000:301, UNKNOWN",
        "0.0.0.1, ::1, UNKNOWN",
    })
    void suspectsAddressesOfSameNetwork(String failed, String other, Reputation reputation) {
        fail(failed);

        assertThat(reputation(other)).isEqualTo(reputation);
    }

    @Test
    void suspectsWithoutLimitToo() {
        maxFailures = 0;
        fail("2001:db8:1:203::1");

        assertThat(reputation("2001:db8:1:204::1")).isEqualTo(Reputation.SUSPICIOUS);
        assertThat(reputation("2001:db8:2:204::1")).isEqualTo(Reputation.UNKNOWN);
    }

    @Test
    void countsAttemptsInFlightAsFailures() {
        var first = throttle.begin(address("192.0.2.1")).orElseThrow();

        assertThat(first.reputation()).isEqualTo(Reputation.UNKNOWN);
        assertThat(reputation("192.0.2.2")).isEqualTo(Reputation.SUSPICIOUS);
        first.succeeded();
        assertThat(reputation("192.0.2.2")).isEqualTo(Reputation.UNKNOWN);
        assertThat(throttle.networks()).isZero();
    }

    @Test
    void keepsTrustedAddressTrusted() {
        throttle.begin(address("2001:db8:1:203::1")).orElseThrow().succeeded();
        fail("2001:db8:1:204::1");
        fail("2001:db8:1:203::1");

        assertThat(reputation("2001:db8:1:203::9")).isEqualTo(Reputation.TRUSTED);
    }

    @Test
    void forgivesTenMinutesAfterLastFailure() {
        fail("192.0.2.1");
        for (int minute = 1; minute < 10; minute++) {
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            assertThat(reputation("192.0.2.2")).isEqualTo(Reputation.SUSPICIOUS);
        }
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());

        assertThat(reputation("192.0.2.2")).isEqualTo(Reputation.UNKNOWN);
    }

    /** 65,536 addresses, each with as many failures as it may have. */
    @Test
    void oneNetworkDoesNotFillTables() {
        for (int failures = 0; failures < 5; failures++) {
            for (int i = 0; i < 1 << 16; i++) {
                fail("2001:db8:1:%x::1".formatted(i));
            }
        }

        assertThat(throttle.size()).isEqualTo(256);
        assertThat(throttle.networks()).isEqualTo(1);
        assertThat(reputation("2001:db8:2::1")).isEqualTo(Reputation.UNKNOWN);
        for (int i = 0; i < 5; i++) {
            fail("2001:db8:2::1");
        }
        assertThat(throttle.begin(address("2001:db8:2::1"))).isEmpty();
    }

    @Test
    void boundsTableWithoutForgettingNetworks() {
        fail("192.0.2.1");
        for (int i = 0; i < 20 * CAPACITY; i++) {
            fail("2001:%x:%x::1".formatted(1 + (i >> 16), i & 0xffff));
        }

        assertThat(throttle.networks()).isEqualTo(CAPACITY);
        assertThat(throttle.size()).isEqualTo(CAPACITY);
        assertThat(reputation("192.0.2.2")).isEqualTo(Reputation.SUSPICIOUS);
        assertThat(reputation("203.0.113.1")).isEqualTo(Reputation.SUSPICIOUS);
        assertThat(throttle.networks()).isEqualTo(CAPACITY);
        nanos.addAndGet(Duration.ofMinutes(10).toNanos());
        assertThat(reputation("203.0.113.1")).isEqualTo(Reputation.UNKNOWN);
        assertThat(throttle.networks()).isZero();
    }
}
