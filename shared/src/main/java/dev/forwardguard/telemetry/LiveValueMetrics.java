package dev.forwardguard.telemetry;

import dev.forwardguard.live.LiveValue;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** The meters of every live value. */
public final class LiveValueMetrics {
    private LiveValueMetrics() {}

    /**
     * Registers {@code NAME.rejected}, the number of rejected revisions, and {@code NAME.refused},
     * which is 1 while the newest content is rejected: the number cannot show when that is over.
     *
     * @param content what the value is read from
     */
    public static void register(
            MeterRegistry registry, Tags tags, String name, String content, LiveValue<?> value) {
        FunctionCounter.builder(name + ".rejected", value, LiveValue::rejections)
                .description("Rejected revisions of " + content)
                .tags(tags)
                .register(registry);
        Gauge.builder(name + ".refused", value, live -> live.rejection().isPresent() ? 1 : 0)
                .description("1 while the newest content is rejected")
                .tags(tags)
                .register(registry);
    }
}
