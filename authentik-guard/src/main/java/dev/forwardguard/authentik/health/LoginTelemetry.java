package dev.forwardguard.authentik.health;

import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.status.StatusPart;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Context;

import java.util.LinkedHashMap;
import java.util.Map;

/** Metric and status of the login's health. */
@Context
final class LoginTelemetry implements StatusPart {
    private final LoginHealth health;

    LoginTelemetry(LoginHealth health, MeterRegistry registry, GuardSpec spec) {
        this.health = health;
        for (LoginState state : LoginState.values()) {
            Gauge.builder(
                            "guard.login.health",
                            health,
                            login -> login.status().state() == state ? 1 : 0)
                    .description("1 for what is known of authentik's login")
                    .tag("guard", spec.name())
                    .tag("state", state.label())
                    .register(registry);
        }
    }

    @Override
    public String name() {
        return "login";
    }

    @Override
    public Object state() {
        LoginStatus now = health.status();
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("state", now.state().label());
        state.put("since", now.since().toString());
        now.lastStatus().ifPresent(status -> state.put("lastStatus", status));
        return state;
    }
}
