package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.settings.ProbeSettings;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

class PassiveHealthCheckTest implements UpstreamMetrics {
    private static final int SUSPECT = 404;
    private static final int GOOD = 302;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger counted = new AtomicInteger();
    private final PassiveHealthCheck health = withHost(Optional.of("app.example"));

    private PassiveHealthCheck withHost(Optional<String> host) {
        return new PassiveHealthCheck(
                new ProbeSettings("/probe", host, Set.of(SUSPECT)), nanos::get, this);
    }

    private static boolean note(PassiveHealthCheck health, int times, int status) {
        boolean last = false;
        for (int i = 0; i < times; i++) {
            last = health.note(status);
        }
        return last;
    }

    @Test
    void doubtsAfterTwentySuspectVerdicts() {
        assertThat(note(health, 19, SUSPECT)).isFalse();
        assertThat(note(health, 1, SUSPECT)).isTrue();
        assertThat(counted).hasValue(20);
    }

    @Test
    void doubtsOnlyIfMostAreSuspect() {
        note(health, 20, GOOD);
        assertThat(note(health, 20, SUSPECT)).isFalse();
        assertThat(note(health, 1, SUSPECT)).isTrue();
        assertThat(health.note(GOOD)).isFalse();
    }

    @Test
    void forgetsAfterThirtySeconds() {
        note(health, 20, SUSPECT);
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());

        assertThat(health.isDoubtful()).isFalse();
    }

    @Test
    void forgetsWhenToldTo() {
        note(health, 20, SUSPECT);

        health.forget();

        assertThat(health.isDoubtful()).isFalse();
    }

    /** No probe can tell what a working upstream answers. */
    @Test
    void onlyCountsWithoutHost() {
        assertThat(note(withHost(Optional.empty()), 100, SUSPECT)).isFalse();
        assertThat(counted).hasValue(100);
    }

    @Override
    public void recordLatency(long nanos) {}

    @Override
    public void recordProbe(ProbeResult result) {}

    @Override
    public void recordSuspect() {
        counted.incrementAndGet();
    }
}
