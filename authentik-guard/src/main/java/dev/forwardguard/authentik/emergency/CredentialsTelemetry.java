package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.emergency.session.SessionKey;
import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveSource;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.status.StatusPart;
import dev.forwardguard.telemetry.LiveValueMetrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micronaut.context.annotation.Context;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;

import jakarta.inject.Named;

import org.reactivestreams.Publisher;

import reactor.core.publisher.Mono;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Metrics, status and health of the users of Emergency Access: numbers, never names. In {@code
 * /health} it is always up, and it is not part of readiness: a guard that became unready because
 * the API server is down would do so exactly when it is needed.
 */
@Context
final class CredentialsTelemetry implements StatusPart, HealthIndicator {
    private final LiveValue<Htpasswd> htpasswd;
    private final LiveSource source;
    private final LiveValue<SessionKey> sessionKey;
    private final LiveSettings<AuthentikSettings> settings;
    private final Namesakes namesakes;

    CredentialsTelemetry(
            LiveValue<Htpasswd> htpasswd,
            LiveValue<SessionKey> sessionKey,
            LiveSettings<AuthentikSettings> settings,
            Namesakes namesakes,
            @Named("htpasswd") LiveSource source,
            MeterRegistry registry,
            GuardSpec spec) {
        this.htpasswd = htpasswd;
        this.source = source;
        this.sessionKey = sessionKey;
        this.settings = settings;
        this.namesakes = namesakes;
        gauge(
                registry,
                spec,
                "guard.credentials",
                "Emergency users that can log in",
                live -> live.get().map(Htpasswd::size).orElse(0));
        gauge(
                registry,
                spec,
                "guard.credentials.rejected.lines",
                "Lines of the htpasswd file in force that were skipped",
                live -> live.get().map(Htpasswd::rejectedCount).orElse(0));
        gauge(
                registry,
                spec,
                "guard.credentials.last.read.timestamp.seconds",
                "When the source of the htpasswd file was last read; 0 before the first time",
                live -> live.confirmed().map(Instant::getEpochSecond).orElse(0L));
        Gauge.builder(
                        "guard.identities",
                        settings,
                        live -> live.now().emergency().identities().users().size())
                .description("Emergency users of whom applications get to know more than the name")
                .tag("guard", spec.name())
                .register(registry);
        LiveValueMetrics.register(
                registry,
                Tags.of("guard", spec.name()),
                "guard.credentials",
                "the htpasswd file",
                htpasswd);
        LiveValueMetrics.register(
                registry,
                Tags.of("guard", spec.name()),
                "guard.session.key",
                "the key of emergency sessions",
                sessionKey);
    }

    private void gauge(
            MeterRegistry registry,
            GuardSpec spec,
            String name,
            String description,
            ToDoubleFunction<LiveValue<Htpasswd>> reading) {
        Gauge.builder(name, htpasswd, reading)
                .description(description)
                .tag("guard", spec.name())
                .register(registry);
    }

    @Override
    public String name() {
        return "credentials";
    }

    @Override
    public Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>(source.state());
        state.put("users", htpasswd.get().map(Htpasswd::size).orElse(0));
        state.put(
                "rejectedLines",
                htpasswd.get().map(users -> users.rejectedLines().toString()).orElse("[]"));
        state.put("rejectedLineCount", htpasswd.get().map(Htpasswd::rejectedCount).orElse(0));
        state.put(
                "basicAuthorization",
                htpasswd.wasRead()
                        ? "withheld if it names an emergency user"
                        : "withheld until the users were read");
        state.put("namesakes", namesakes.number());
        namesakes.last().ifPresent(at -> state.put("lastNamesake", at.toString()));
        state.put("identities", settings.now().emergency().identities().users().size());
        state.put("sessions", sessions());
        state.putAll(StatusPart.of(htpasswd));
        return state;
    }

    private String sessions() {
        Duration length = settings.now().emergency().session();
        if (length.isZero()) {
            return "off";
        }
        return sessionKey
                .snapshot()
                .map(key -> "on, with the key " + key.revision())
                .orElseGet(
                        () ->
                                sessionKey
                                        .rejection()
                                        .map(cause -> "off, the session-key is rejected: " + cause)
                                        .orElse("off, there is no session-key"));
    }

    @Override
    public Publisher<HealthResult> getResult() {
        return Mono.fromSupplier(
                () -> HealthResult.builder(name(), HealthStatus.UP).details(state()).build());
    }
}
