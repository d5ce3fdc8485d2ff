package dev.forwardguard.authentik.health;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.HealthCheck;

import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Factory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;

import jakarta.inject.Named;
import jakarta.inject.Singleton;

import java.time.Clock;
import java.util.function.BooleanSupplier;

/** Creates the health check of the login, with the settings in force. */
@Factory
final class LoginHealthFactory {
    @Context
    @Bean(preDestroy = "close")
    LoginHealth loginHealth(
            LiveSettings<AuthentikSettings> settings,
            EventLoopGroup loops,
            Ticker ticker,
            Clock clock) {
        EventLoop loop = loops.next();
        var health =
                new LoginHealth(
                        settings::now,
                        (url, limits) -> new HealthCheck(url, limits, loop, ticker)::ask,
                        loop,
                        ticker,
                        clock);
        settings.subscribe(health::settingsChanged);
        health.settingsChanged();
        return health;
    }

    /** A witness for the circuit, which knows only its name. */
    @Singleton
    @Named("login-failing")
    BooleanSupplier loginFailing(LoginHealth health) {
        return health::isFailing;
    }
}
