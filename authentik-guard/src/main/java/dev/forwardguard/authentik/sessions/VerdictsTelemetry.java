package dev.forwardguard.authentik.sessions;

import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.status.StatusPart;
import dev.forwardguard.verdict.Verdicts;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Context;

import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Metrics and status of what is remembered: numbers, never users. The names are those in
 * Prometheus, without the suffixes that it adds:
 *
 * <ul>
 *   <li>{@code guard_verdicts_reused_total{how}}: answers without an upstream request of their own,
 *       {@code remembered} or {@code shared} with a request that was under way
 *   <li>{@code guard_verdicts_remembered}: verdicts in memory
 *   <li>{@code guard_verdicts_remembered_bytes}: what they take of the heap
 *   <li>{@code guard_verdicts_surviving}: sessions that are in by their last verdict
 * </ul>
 */
@Context
final class VerdictsTelemetry implements StatusPart {
    private final Verdicts verdicts;

    VerdictsTelemetry(Verdicts verdicts, MeterRegistry registry, GuardSpec spec) {
        this.verdicts = verdicts;
        reused(registry, spec, "remembered", Verdicts::reused);
        reused(registry, spec, "shared", Verdicts::shared);
        gauge(registry, spec, "remembered", "Verdicts in memory", Verdicts::remembered);
        gauge(
                registry,
                spec,
                "remembered.bytes",
                "What the verdicts in memory take of the heap",
                Verdicts::bytes);
        gauge(
                registry,
                spec,
                "surviving",
                "Sessions that are in by their last verdict, without a new one",
                Verdicts::surviving);
    }

    private void reused(
            MeterRegistry registry, GuardSpec spec, String how, ToDoubleFunction<Verdicts> count) {
        FunctionCounter.builder("guard.verdicts.reused", verdicts, count)
                .description("Answers without an upstream request of their own")
                .tag("guard", spec.name())
                .tag("how", how)
                .register(registry);
    }

    private void gauge(
            MeterRegistry registry,
            GuardSpec spec,
            String name,
            String description,
            ToDoubleFunction<Verdicts> reading) {
        Gauge.builder("guard.verdicts." + name, verdicts, reading)
                .description(description)
                .tag("guard", spec.name())
                .register(registry);
    }

    @Override
    public String name() {
        return "verdicts";
    }

    @Override
    public Map<String, Object> state() {
        return Map.of(
                "remembered", verdicts.remembered(),
                "users", verdicts.users(),
                "bytes", verdicts.bytes(),
                "surviving", verdicts.surviving(),
                "waiting", verdicts.waiting());
    }
}
