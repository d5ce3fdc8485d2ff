package dev.forwardguard.telemetry;

import dev.forwardguard.guard.GuardProfile;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.upstream.ClientShares;
import dev.forwardguard.upstream.Upstream;

import io.micronaut.management.endpoint.annotation.Endpoint;
import io.micronaut.management.endpoint.annotation.Read;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code /status} on the management port: the state of the guard for operators, as JSON. */
@Endpoint(id = "status", defaultSensitive = false)
public final class StatusEndpoint {
    private final GuardProfile profile;
    private final Upstream upstream;
    private final List<StatusPart> parts;

    StatusEndpoint(GuardProfile profile, Upstream upstream, List<StatusPart> parts) {
        this.profile = profile;
        this.upstream = upstream;
        this.parts = parts;
    }

    @Read
    Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("guard", profile.name());
        GuardSettings settings = profile.settings();
        status.put("mode", settings.mode().name().toLowerCase(Locale.ROOT));
        status.put("upstream", settings.upstream().url().toString());
        status.put("circuit", upstream.circuit().label());
        status.put("probe", upstream.probe().label());
        status.put("client-shares", shares(upstream.shares()));
        status.put("settings", live(profile.liveSettings()));
        parts.forEach(part -> status.put(part.name(), part.state()));
        return status;
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
