package dev.forwardguard.authentik;

import dev.forwardguard.forwarded.Consequences;
import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.status.CounterSeries;

import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Value;

import jakarta.inject.Named;
import jakarta.inject.Singleton;

import java.time.Clock;
import java.util.EnumSet;
import java.util.List;

/** The facts about authentik-guard, and its settings. */
@Factory
public final class AuthentikBeans {
    /**
     * Every status of the outpost is a verdict, 400, 404 and 500 included: clients can provoke
     * those with odd {@code X-Forwarded-*}, and must not be able to switch single sign-on off. Only
     * {@code failure-statuses} are not.
     */
    public static final GuardSpec SPEC =
            new GuardSpec(
                    "authentik-guard",
                    new VerdictRule(status -> true),
                    EnumSet.allOf(Outcome.class),
                    false);

    @Singleton
    GuardSpec spec() {
        return SPEC;
    }

    @Singleton
    Consequences consequences() {
        return new Consequences(
                "one of them can use up the auth requests of all, and wrong passwords of one keep"
                        + " the others out",
                "Emergency Access refuses such requests while emergency.require-https is on");
    }

    @Singleton
    @Named("logins")
    CounterSeries logins() {
        return new CounterSeries("logins", "guard.emergency.login", List.of("result"));
    }

    /**
     * The settings of {@code guard.yml}.
     *
     * @param form what {@code emergency.form} is where the file does not say: whoever brings the
     *     route to the guard's own pages knows
     */
    @Singleton
    public LiveSettings<AuthentikSettings> settings(
            Clock clock, @Value("${guard.emergency.form:false}") boolean form) {
        return new LiveSettings<>(
                root -> AuthentikSettings.take(root, form),
                AuthentikSettings::guard,
                List.of("emergency.message"),
                clock);
    }
}
