package dev.forwardguard.telemetry;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Fail;
import dev.forwardguard.guard.Decision.Fallback;
import dev.forwardguard.outcome.FallbackReason;

import io.micronaut.scheduling.annotation.Scheduled;

import jakarta.inject.Singleton;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
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

    private final Map<FallbackReason, LongAdder> counts = new EnumMap<>(FallbackReason.class);
    private final AtomicBoolean degraded = new AtomicBoolean();

    public FallbackLog() {
        for (FallbackReason reason : FallbackReason.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    /** Counts a decision, and logs it if it is the first one of an outage. */
    public void note(Decision decision) {
        switch (decision) {
            case Fallback fallback -> failed(fallback.reason());
            case Fail(var reason, _) -> failed(reason);
            case Decision.Relay ignored -> {}
            case Decision.Cancelled ignored -> {}
        }
    }

    /** Mode {@code fallback} is not an outage; the mode change was logged. */
    private void failed(FallbackReason reason) {
        if (reason == FallbackReason.FORCED) {
            return;
        }
        requireNonNull(counts.get(reason)).increment();
        if (!degraded.get() && degraded.compareAndSet(false, true)) {
            LOG.atWarn()
                    .addKeyValue("reason", reason.label())
                    .log("No verdict from the upstream, deciding without it");
        }
    }

    /** Ends a period and logs its summary. */
    @Scheduled(fixedDelay = "30s", initialDelay = "30s")
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
        } else if (degraded.compareAndSet(true, false)) {
            LOG.info("All requests get verdicts again");
        }
    }
}
