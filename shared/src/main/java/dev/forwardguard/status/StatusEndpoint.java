package dev.forwardguard.status;

import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.SettingsOverride;
import dev.forwardguard.telemetry.BuildInfo;
import dev.forwardguard.upstream.ClientShares;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamCondition;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.management.endpoint.annotation.Endpoint;
import io.micronaut.management.endpoint.annotation.Read;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code /status} on the management port: the state of the guard for operators, as JSON, and for
 * browsers a page that keeps asking for that JSON.
 */
@Endpoint(id = "status", defaultSensitive = false)
public final class StatusEndpoint {
    private final GuardSpec spec;
    private final LiveSettings<?> settings;
    private final SettingsOverride<?> override;
    private final Upstream upstream;
    private final GuardStates states;
    private final LastHour lastHour;
    private final List<StatusPart> parts;
    private final Clock clock;
    private final BuildInfo build = BuildInfo.read();

    StatusEndpoint(
            GuardSpec spec,
            LiveSettings<?> settings,
            SettingsOverride<?> override,
            Upstream upstream,
            GuardStates states,
            LastHour lastHour,
            List<StatusPart> parts,
            Clock clock) {
        this.spec = spec;
        this.settings = settings;
        this.override = override;
        this.upstream = upstream;
        this.states = states;
        this.lastHour = lastHour;
        this.parts = parts;
        this.clock = clock;
    }

    /** Browsers prefer HTML; who takes anything, or says nothing, gets JSON. */
    @Read(produces = {MediaType.APPLICATION_JSON, MediaType.TEXT_HTML})
    HttpResponse<?> status(HttpRequest<?> request) {
        return prefersHtml(request)
                ? StatusPage.response()
                : HttpResponse.ok(state())
                        .contentType(MediaType.APPLICATION_JSON_TYPE)
                        .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                        .header(HttpHeaders.CACHE_CONTROL, "no-store");
    }

    private static boolean prefersHtml(HttpRequest<?> request) {
        double json = quality(request, MediaType.APPLICATION_JSON_TYPE);
        double html = quality(request, MediaType.TEXT_HTML_TYPE);
        return html > 0 && html >= json;
    }

    /** Zero if it is not named, whatever a wildcard says. */
    private static double quality(HttpRequest<?> request, MediaType type) {
        return request.accept().stream()
                .filter(type::equals)
                .mapToDouble(accepted -> accepted.getQualityAsNumber().doubleValue())
                .max()
                .orElse(0);
    }

    Map<String, Object> state() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("guard", spec.name());
        status.put("build", build.state());
        status.put("time", time(Duration.ZERO));
        GuardSettings now = settings.common();
        putState(status);
        status.put("mode", now.mode().label());
        status.put("upstream", now.upstream().url().toString());
        status.put("circuit", upstream.circuit().label());
        status.put("probe", upstream.probe().label());
        putCondition(status, upstream.condition());
        LastHour.Minutes minutes = lastHour.minutes();
        status.put("latency", latency(minutes.latencies()));
        status.put("client-shares", shares(upstream.shares()));
        Map<String, Object> live = StatusPart.of(settings.value());
        live.put("values", settings.inForce());
        status.put("settings", live);
        Map<String, Object> overriding = state(override);
        if (!overriding.isEmpty()) {
            status.put("settings-override", overriding);
        }
        parts.forEach(part -> status.put(part.name(), part.state()));
        status.put("last-hour", minutes.state());
        return status;
    }

    private void putState(Map<String, Object> status) {
        GuardState state = states.now();
        status.put("state", state.word().label());
        status.put("since", time(state.since()));
        state.reason().ifPresent(reason -> status.put("reason", reason));
    }

    private void putCondition(Map<String, Object> status, UpstreamCondition condition) {
        condition.verdict().ifPresent(ago -> status.put("last-verdict", time(ago)));
        condition
                .failures()
                .ifPresent(
                        failed ->
                                status.put(
                                        "last-failure",
                                        event(failed.last(), "reason", failed.reason().label())));
        status.put(
                "probes",
                condition.probes().stream()
                        .map(probe -> event(probe.ago(), "result", probe.what().label()))
                        .toList());
    }

    private Map<String, Object> event(Duration ago, String what, String label) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("at", time(ago));
        state.put(what, label);
        return state;
    }

    /** To the second, so that it does not waver from one reading to the next. */
    private String time(Duration ago) {
        Instant at = clock.instant().minus(ago).plusMillis(500);
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Map<String, Object> latency(Latencies latencies) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("requests", latencies.requests());
        if (latencies.requests() > 0) {
            state.put("p50-ms", rounded(latencies.quantile(0.5)));
            state.put("p99-ms", rounded(latencies.quantile(0.99)));
        }
        return state;
    }

    private static double rounded(double millis) {
        return Math.round(millis * 10) / 10.0;
    }

    /** Empty if there is none. */
    private static Map<String, Object> state(SettingsOverride<?> override) {
        Map<String, Object> state = new LinkedHashMap<>();
        override.snapshot()
                .ifPresent(
                        now -> {
                            state.put("keys", now.value().overridden());
                            state.put("revision", now.revision());
                            state.put("since", now.since().toString());
                        });
        override.rejection().ifPresent(cause -> state.put("refused", cause));
        return state;
    }

    private static Map<String, Object> shares(ClientShares shares) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("each", shares.each());
        state.put("in-flight", shares.inFlight());
        state.put("addresses", shares.addresses());
        state.put("limited", shares.limited());
        return state;
    }
}
