package dev.forwardguard.telemetry;

import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.SettingsOverride;
import dev.forwardguard.upstream.ClientShares;
import dev.forwardguard.upstream.Upstream;

import io.micronaut.management.endpoint.annotation.Endpoint;
import io.micronaut.management.endpoint.annotation.Read;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /status} on the management port: the state of the guard for operators, as JSON. */
@Endpoint(id = "status", defaultSensitive = false)
public final class StatusEndpoint {
    private final GuardSpec spec;
    private final LiveSettings<?> settings;
    private final SettingsOverride<?> override;
    private final Upstream upstream;
    private final List<StatusPart> parts;
    private final BuildInfo build = BuildInfo.read();

    StatusEndpoint(
            GuardSpec spec,
            LiveSettings<?> settings,
            SettingsOverride<?> override,
            Upstream upstream,
            List<StatusPart> parts) {
        this.spec = spec;
        this.settings = settings;
        this.override = override;
        this.upstream = upstream;
        this.parts = parts;
    }

    @Read
    Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("guard", spec.name());
        status.put("build", build.state());
        GuardSettings now = settings.common();
        status.put("mode", now.mode().label());
        status.put("upstream", now.upstream().url().toString());
        status.put("circuit", upstream.circuit().label());
        status.put("probe", upstream.probe().label());
        status.put("client-shares", shares(upstream.shares()));
        status.put("settings", live(settings.value()));
        Map<String, Object> overriding = state(override);
        if (!overriding.isEmpty()) {
            status.put("settings-override", overriding);
        }
        parts.forEach(part -> status.put(part.name(), part.state()));
        return status;
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

    /** The state of a live value as JSON fields. */
    public static Map<String, Object> live(LiveValue<?> value) {
        Map<String, Object> state = new LinkedHashMap<>();
        value.snapshot()
                .ifPresent(
                        now -> {
                            state.put("revision", now.revision());
                            state.put("since", now.since().toString());
                        });
        value.confirmed().ifPresent(at -> state.put("confirmed", at.toString()));
        value.rejection().ifPresent(cause -> state.put("refused", cause));
        return state;
    }

    /** A part of {@code /status} that another part of the guard contributes. */
    public interface StatusPart {
        String name();

        /** A map, a list, or a JSON value. */
        Object state();
    }
}
