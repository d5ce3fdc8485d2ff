package dev.forwardguard.telemetry;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.time.Deferred;

import io.micronaut.scheduling.TaskExecutors;

import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.inject.Singleton;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Logs an outage: one line when it begins, one summary for each period with decisions without a
 * verdict, and one line after a whole period without any. The number of lines does not depend on
 * the number of failed requests.
 */
@Singleton
public final class FallbackLog {
    private static final Logger LOG = LoggerFactory.getLogger(FallbackLog.class);
    private static final Duration PERIOD = Duration.ofSeconds(30);

    private final Map<FallbackReason, LongAdder> counts = new EnumMap<>(FallbackReason.class);
    private final AtomicBoolean degraded = new AtomicBoolean();
    private final Deferred endOfPeriod;

    /**
     * @param timer ends the periods, of which there are none while nothing fails
     */
    @Inject
    public FallbackLog(@Named(TaskExecutors.SCHEDULED) ExecutorService timer) {
        this.endOfPeriod = new Deferred((ScheduledExecutorService) timer, PERIOD, this::summarise);
        for (FallbackReason reason : FallbackReason.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    /**
     * Counts a decision without a verdict, and logs it if it is the first one of an outage. Mode
     * {@code fallback} is not an outage; the mode change was logged.
     */
    public void note(FallbackReason reason) {
        if (reason == FallbackReason.FORCED) {
            return;
        }
        requireNonNull(counts.get(reason)).increment();
        if (!degraded.get() && degraded.compareAndSet(false, true)) {
            LOG.atWarn()
                    .addKeyValue("reason", reason.label())
                    .log("No verdict from the upstream, deciding without it");
        }
        endOfPeriod.request(); // each time: the period before may just have ended
    }

    /** Ends a period and logs its summary. */
    void summarise() {
        Map<String, Long> failures = new TreeMap<>();
        counts.forEach(
                (reason, count) -> {
                    long failed = count.sumThenReset();
                    if (failed > 0) {
                        failures.put(reason.label(), failed);
                    }
                });
        if (!failures.isEmpty()) {
            LOG.atWarn().addKeyValue("fallbacks", failures).log("Still deciding without verdicts");
            endOfPeriod.request();
        } else if (degraded.compareAndSet(true, false)) {
            LOG.info("All requests get verdicts again");
        }
    }
}
