package dev.forwardguard.telemetry;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Cancelled;
import dev.forwardguard.guard.Decision.Fail;
import dev.forwardguard.guard.Decision.Fallback;
import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.guard.Decision.Relay;
import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.SettingsOverride;
import dev.forwardguard.upstream.ProbeResult;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamMetrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * All meters that both guards have. The names are those in Prometheus, without the suffixes that it
 * adds:
 *
 * <ul>
 *   <li>{@code guard_fallback_total{reason,outcome}}: decisions without a verdict
 *   <li>{@code guard_decision_total{source,decision}}: all decisions
 *   <li>{@code guard_upstream_seconds}: the time of upstream requests that came to an outcome
 *   <li>{@code guard_upstream_probe_total{result}}: probes of an upstream that is down or in doubt
 *   <li>{@code guard_suspect_answers_total}: verdicts whose status can also mean a broken upstream
 *   <li>{@code guard_circuit_state}: 0 closed, 1 half-open, 2 open
 *   <li>{@code guard_build_info{version,revision}}: 1 for the build that runs
 *   <li>{@code guard_mode{mode}}: 1 for the mode in force
 *   <li>{@code guard_settings_info{revision}}: 1 for the settings in force
 *   <li>{@code guard_settings_rejected_total}: rejected revisions of {@code guard.yml}
 *   <li>{@code guard_settings_refused}: 1 while the newest {@code guard.yml} is rejected, and an
 *       older one or the defaults are in force
 *   <li>{@code guard_settings_override}: 1 while an override is in force
 *   <li>{@code guard_settings_override_refused}: 1 while there is one that is ignored
 * </ul>
 */
public final class GuardMetrics implements UpstreamMetrics {
    private static final Duration[] BUCKETS =
            LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final Map<FallbackReason, EnumCounters<Outcome>> fallbacks =
            new EnumMap<>(FallbackReason.class);
    private final EnumCounters<Outcome> fallbackDecisions;
    private final Counter relayedAllow;
    private final Counter relayedDeny;
    private final Counter failed;
    private final Timer upstream;
    private final EnumCounters<ProbeResult> probes;
    private final Counter suspects;
    private final MeterRegistry registry;
    private final Tags guard;

    public GuardMetrics(
            MeterRegistry registry,
            GuardSpec spec,
            LiveSettings<?> settings,
            SettingsOverride<?> override) {
        this.registry = registry;
        this.guard = Tags.of("guard", spec.name());
        for (FallbackReason reason : FallbackReason.values()) {
            fallbacks.put(
                    reason, outcomes(spec, outcome -> fallback(reason.label(), outcome.label())));
        }
        fallbackDecisions = outcomes(spec, outcome -> decisions("fallback", outcome.label()));
        relayedAllow = decisions("upstream", "allow");
        relayedDeny = decisions("upstream", "deny");
        failed = decisions("upstream", "fail");
        upstream =
                Timer.builder("guard.upstream")
                        .description("Time from an upstream request to its outcome")
                        .tags(guard)
                        .serviceLevelObjectives(BUCKETS)
                        .register(registry);
        probes =
                new EnumCounters<>(
                        ProbeResult.class, List.of(ProbeResult.values()), this::probesThat);
        suspects =
                Counter.builder("guard.suspect.answers")
                        .description("Verdicts whose status can also mean a broken upstream")
                        .tags(guard)
                        .register(registry);
        showBuild(BuildInfo.read());
        showSettings(settings);
        showOverride(override);
    }

    private static EnumCounters<Outcome> outcomes(
            GuardSpec spec, Function<Outcome, Counter> registering) {
        return new EnumCounters<>(Outcome.class, spec.outcomes(), registering);
    }

    private Counter fallback(String reason, String outcome) {
        return Counter.builder("guard.fallback")
                .description("Decisions without a verdict from the upstream")
                .tags(guard)
                .tag("reason", reason)
                .tag("outcome", outcome)
                .register(registry);
    }

    private Counter decisions(String source, String decision) {
        return Counter.builder("guard.decision")
                .description("Decisions")
                .tags(guard)
                .tag("source", source)
                .tag("decision", decision)
                .register(registry);
    }

    private Counter probesThat(ProbeResult result) {
        return Counter.builder("guard.upstream.probe")
                .description("Probes sent while the upstream is down or in doubt")
                .tags(guard)
                .tag("result", result.label())
                .register(registry);
    }

    private void showBuild(BuildInfo build) {
        Gauge.builder("guard.build.info", () -> 1)
                .description("1 for the build that runs")
                .tags(guard)
                .tags("version", build.version(), "revision", build.revision())
                .register(registry);
    }

    private void showSettings(LiveSettings<?> settings) {
        for (Mode mode : Mode.values()) {
            Gauge.builder("guard.mode", settings, now -> now.common().mode() == mode ? 1 : 0)
                    .description("1 for the mode in force")
                    .tags(guard)
                    .tag("mode", mode.label())
                    .register(registry);
        }
        MultiGauge info =
                MultiGauge.builder("guard.settings.info")
                        .description("1 for the revision of guard.yml in force")
                        .tags(guard)
                        .register(registry);
        showRevision(info, settings.value());
        settings.value().subscribe(_ -> showRevision(info, settings.value()));
        LiveValueMetrics.register(registry, guard, "guard.settings", "guard.yml", settings.value());
    }

    private void showOverride(SettingsOverride<?> override) {
        Gauge.builder(
                        "guard.settings.override",
                        override,
                        now -> now.snapshot().isPresent() ? 1 : 0)
                .description("1 while an override of guard.yml is in force")
                .tags(guard)
                .register(registry);
        Gauge.builder(
                        "guard.settings.override.refused",
                        override,
                        now -> now.rejection().isPresent() ? 1 : 0)
                .description("1 while there is an override of guard.yml that is ignored")
                .tags(guard)
                .register(registry);
    }

    private static void showRevision(MultiGauge info, LiveValue<?> settings) {
        String revision = settings.snapshot().orElseThrow().revision();
        info.register(List.of(MultiGauge.Row.of(Tags.of("revision", revision), 1)), true);
    }

    /** Registers the gauge for the state of the upstream's circuit. */
    public void showCircuit(Upstream monitored) {
        Gauge.builder("guard.circuit.state", monitored, now -> now.circuit().level())
                .description("0 closed, 1 half-open, 2 open")
                .tags(guard)
                .register(registry);
    }

    @Override
    public void recordLatency(long nanos) {
        upstream.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void recordProbe(ProbeResult result) {
        probes.increment(result);
    }

    @Override
    public void recordSuspect() {
        suspects.increment();
    }

    /** Counts a decision. Cancelled ones are not counted. */
    public void count(Decision decision) {
        switch (decision) {
            case Relay relay -> {
                if (relay.verdict().allows()) {
                    relayedAllow.increment();
                } else {
                    relayedDeny.increment();
                }
            }
            case Fallback fallback -> {
                requireNonNull(fallbacks.get(fallback.reason())).increment(fallback.outcome());
                fallbackDecisions.increment(fallback.outcome());
            }
            case Fail ignored -> failed.increment();
            case Cancelled ignored -> {}
        }
    }
}
