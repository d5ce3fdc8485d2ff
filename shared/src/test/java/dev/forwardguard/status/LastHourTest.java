package dev.forwardguard.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;

class LastHourTest {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final Counter allowedOfDns = fallback("dns", "allow");
    private final Counter deniedOfDns = fallback("dns", "deny");
    private final Counter resets = fallback("reset", "allow");
    private final Timer upstream =
            Timer.builder("guard.upstream")
                    .serviceLevelObjectives(Duration.ofMillis(10), Duration.ofMillis(100))
                    .register(registry);
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final LastHour hour =
            new LastHour(
                    registry,
                    List.of(
                            new CounterSeries("fallbacks", "guard.fallback", List.of("reason")),
                            new CounterSeries(
                                    "both", "guard.fallback", List.of("reason", "outcome")),
                            new CounterSeries("others", "no.such.meter", List.of("reason"))),
                    new ClockByHand(),
                    timer);

    private final class ClockByHand extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private Counter fallback(String reason, String outcome) {
        return Counter.builder("guard.fallback")
                .tags("reason", reason, "outcome", outcome)
                .register(registry);
    }

    @AfterEach
    void close() {
        hour.close();
        timer.shutdownNow();
    }

    private void minutePasses() {
        now = now.plusSeconds(60);
        hour.endMinute();
    }

    @Test
    void countsByMinuteAndLabelTheRunningOneLast() {
        allowedOfDns.increment(2);
        deniedOfDns.increment();
        minutePasses();
        minutePasses();
        deniedOfDns.increment(4);
        resets.increment();

        Map<String, Object> state = hour.minutes().state();

        assertThat(state.get("began"))
                .isEqualTo(
                        List.of(
                                "2026-01-01T00:00:00Z",
                                "2026-01-01T00:01:00Z",
                                "2026-01-01T00:02:00Z"));
        assertThat(state)
                .containsEntry("others", Map.of())
                .extractingByKey("fallbacks")
                .isEqualTo(Map.of("dns", List.of(3L, 0L, 4L), "reset", List.of(0L, 0L, 1L)));
        assertThat(state)
                .extractingByKey("both")
                .isEqualTo(
                        Map.of(
                                "dns/allow", List.of(2L, 0L, 0L),
                                "dns/deny", List.of(1L, 0L, 4L),
                                "reset/allow", List.of(0L, 0L, 1L)));
    }

    @Test
    void whatWasCountedBeforeCountsNot() {
        resets.increment(5);
        var later =
                new LastHour(
                        registry,
                        List.of(new CounterSeries("all", "guard.fallback", List.of("reason"))),
                        new ClockByHand(),
                        timer);

        assertThat(later.minutes().state()).containsEntry("all", Map.of());
        later.close();
    }

    @Test
    void forgetsWhatIsOlderThanAnHour() {
        resets.increment();
        for (int i = 0; i < 59; i++) {
            minutePasses();
        }
        assertThat(hour.minutes().state().toString()).contains("reset=[1, 0, ");

        for (int i = 0; i < 200; i++) {
            minutePasses();
        }
        assertThat(hour.minutes().state()).containsEntry("fallbacks", Map.of());
        assertThat((List<?>) hour.minutes().state().get("began")).hasSize(60);
    }

    @Test
    void readsOnceAMinuteAndNotAfterItIsClosed() {
        assertThat(timer.getQueue()).hasSize(1);

        hour.close();

        assertThat(timer.getQueue()).allMatch(task -> ((Future<?>) task).isCancelled());
    }

    @Test
    void latenciesAreThoseOfFiveMinutes() {
        upstream.record(Duration.ofMillis(50));
        assertThat(hour.minutes().latencies().requests()).isEqualTo(1);
        for (int i = 0; i < 4; i++) {
            minutePasses();
        }
        upstream.record(Duration.ofMillis(5));
        assertThat(hour.minutes().latencies().requests()).isEqualTo(2);

        minutePasses();
        assertThat(hour.minutes().latencies().requests()).isEqualTo(1);
        assertThat(hour.minutes().latencies().quantile(0.99)).isLessThanOrEqualTo(10);
    }

    @Test
    void quantilesLieWithinTheirBuckets() {
        for (int i = 0; i < 80; i++) {
            upstream.record(Duration.ofMillis(3));
        }
        for (int i = 0; i < 20; i++) {
            upstream.record(Duration.ofMillis(30));
        }
        Latencies all = hour.minutes().latencies();

        assertThat(all.requests()).isEqualTo(100);
        assertThat(all.quantile(0.4)).isEqualTo(5); // half of the way through the first bucket
        assertThat(all.quantile(0.9)).isEqualTo(55); // and of the second
    }

    @Test
    void whatTookLongerThanTheLargestBoundIsThatBound() {
        upstream.record(Duration.ofSeconds(3));

        assertThat(hour.minutes().latencies().quantile(0.5)).isEqualTo(100);
    }
}
