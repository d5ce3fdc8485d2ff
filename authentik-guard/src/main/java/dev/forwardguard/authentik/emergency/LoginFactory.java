package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.login.HashingPool;
import dev.forwardguard.authentik.login.Logins;
import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micronaut.context.annotation.Factory;

import jakarta.inject.Singleton;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/** Creates the check of emergency passwords, with the settings and the users in force. */
@Factory
final class LoginFactory {

    @Singleton
    Logins logins(
            LiveValue<Htpasswd> htpasswd,
            GuardSpec spec,
            LiveSettings<AuthentikSettings> settings,
            Ticker ticker,
            HashingPool pool,
            MeterRegistry registry) {
        Timer hash =
                Timer.builder("guard.emergency.hash")
                        .description("Emergency passwords that were hashed, and how long it took")
                        .tag("guard", spec.name())
                        .register(registry);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return new Logins(
                htpasswd::get,
                ticker,
                threads.isCurrentThreadCpuTimeSupported()
                        ? threads::getCurrentThreadCpuTime
                        : ticker,
                pool,
                () -> settings.now().emergency().maxFailuresPerReplica(),
                nanos -> hash.record(Duration.ofNanos(nanos)));
    }
}
