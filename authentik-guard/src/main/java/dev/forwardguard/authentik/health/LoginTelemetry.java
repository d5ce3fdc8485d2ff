package dev.forwardguard.authentik.health;

import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.status.Dependency;
import dev.forwardguard.status.StatusPart;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Context;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Metric and status of the login's health; while it fails, the guard is degraded. */
@Context
final class LoginTelemetry implements StatusPart, Dependency {
    private final LoginHealth login;

    LoginTelemetry(LoginHealth login, MeterRegistry registry, GuardSpec spec) {
        this.login = login;
        for (LoginState state : LoginState.values()) {
            Gauge.builder("guard.login.health", login, now -> now.status().state() == state ? 1 : 0)
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
        LoginStatus now = login.status();
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("state", now.state().label());
        state.put("since", now.since().toString());
        now.lastStatus().ifPresent(status -> state.put("lastStatus", status));
        return state;
    }

    @Override
    public Health health() {
        LoginStatus now = login.status();
        return now.state() == LoginState.FAILING
                ? new Health(true, Optional.of(now.since()))
                : new Health(false, login.recovery());
    }

    @Override
    public FallbackReason reason() {
        return FallbackReason.LOGIN_DOWN;
    }
}
