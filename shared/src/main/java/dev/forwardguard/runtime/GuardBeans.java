package dev.forwardguard.runtime;

import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.live.FollowedFile;
import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.memory.LoadLimits;
import dev.forwardguard.server.ClientConnections;
import dev.forwardguard.server.ConnectionSweep;
import dev.forwardguard.server.ManagementConnections;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.RealIpWarning;
import dev.forwardguard.settings.SettingsOverride;
import dev.forwardguard.status.CounterSeries;
import dev.forwardguard.telemetry.GuardMetrics;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.ResilientUpstream;
import dev.forwardguard.upstream.Upstream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Value;
import io.micronaut.context.exceptions.ConfigurationException;
import io.micronaut.scheduling.TaskExecutors;
import io.netty.channel.EventLoopGroup;

import jakarta.inject.Named;
import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;

/** Creates the beans that both guards need. */
@Factory
final class GuardBeans {
    private static final Logger LOG = LoggerFactory.getLogger(GuardBeans.class);

    /** Settings are never withdrawn, because a guard cannot decide without any. */
    private static final Duration NEVER = Duration.ofDays(36_500);

    @Singleton
    Ticker ticker() {
        return Ticker.system();
    }

    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    /**
     * Checks the file once before following it, so that a mistake in it stops the start; or is told
     * loudly, if the guard starts on its defaults.
     */
    @Context
    @Named("settings")
    @Bean(preDestroy = "close")
    FollowedFile settingsFile(
            SettingsFileConfiguration configuration,
            GuardSpec spec,
            LiveSettings<?> settings,
            Ticker ticker) {
        Path file = configuration.followed();
        if (Files.exists(file)) {
            SettingsFile.mistake(file, settings)
                    .ifPresent(
                            mistake -> {
                                if (!spec.startsOnDefaults()) {
                                    throw new ConfigurationException(mistake);
                                }
                                LOG.error(
                                        "{}. Until that is corrected, the defaults are in force",
                                        mistake);
                            });
        } else if (configuration.file() != null) {
            throw new ConfigurationException(
                    "guard.settings.file does not exist: " + configuration.file());
        } else {
            LOG.info(
                    "No {}, the defaults are in force: {}",
                    file,
                    settings.value().get().orElseThrow());
        }
        var realIpWarning = new RealIpWarning();
        settings.subscribe(() -> realIpWarning.inForce(settings.common()));
        return new FollowedFile(file, settings.value(), () -> NEVER, ticker).follow();
    }

    @Singleton
    SettingsOverride<?> override(
            SettingsFileConfiguration configuration, LiveSettings<?> settings) {
        return settings.overriddenBy(configuration.followedOverride());
    }

    /**
     * Follows the override, whether it exists or not. A mistake in it never stops the start.
     *
     * @param settingsFile what goes below it, and has to be read first
     */
    @Context
    @Named("settings-override")
    @Bean(preDestroy = "close")
    FollowedFile overrideFile(
            SettingsFileConfiguration configuration,
            SettingsOverride<?> override,
            @Named("settings") FollowedFile settingsFile,
            Ticker ticker) {
        return new FollowedFile(
                        configuration.followedOverride(), override, () -> Duration.ZERO, ticker)
                .follow();
    }

    @Singleton
    GuardMetrics metrics(
            MeterRegistry registry,
            GuardSpec spec,
            LiveSettings<?> settings,
            SettingsOverride<?> override) {
        return new GuardMetrics(registry, spec, settings, override);
    }

    @Singleton
    @Named("fallbacks")
    CounterSeries fallbacks() {
        return new CounterSeries("fallbacks", "guard.fallback", List.of("reason"));
    }

    @Singleton
    @Named("decisions")
    CounterSeries decisions() {
        return new CounterSeries("decisions", "guard.decision", List.of("source", "decision"));
    }

    @Singleton
    LoadLimits limits() {
        return LoadLimits.ofHeap(Runtime.getRuntime().maxMemory());
    }

    @Singleton
    ClientConnections connections(
            LoadLimits limits, @Value("${endpoints.all.port}") int managementPort, Ticker ticker) {
        return new ClientConnections(
                new BufferBudget(limits.bufferedBytes()),
                limits.connections(),
                managementPort,
                ticker);
    }

    @Singleton
    ManagementConnections managementConnections(
            @Value("${endpoints.all.port}") int port, Ticker ticker) {
        return new ManagementConnections(port, ticker);
    }

    /**
     * @param loginFailing a witness besides the probes, for a guard whose upstream needs another
     *     server to let visitors log in
     */
    @Singleton
    Upstream upstream(
            GuardSpec spec,
            LiveSettings<?> settings,
            EventLoopGroup loops,
            Ticker ticker,
            GuardMetrics metrics,
            @Named("login-failing") @Nullable BooleanSupplier loginFailing) {
        var upstream =
                new ResilientUpstream(
                        settings::common,
                        spec.verdicts(),
                        loops,
                        ticker,
                        loginFailing == null ? () -> false : loginFailing,
                        metrics);
        metrics.showCircuit(upstream);
        return upstream;
    }

    @Singleton
    ConnectionSweep sweep(
            ClientConnections connections,
            ManagementConnections managementConnections,
            @Named(TaskExecutors.SCHEDULED) ExecutorService timer) {
        return new ConnectionSweep(
                connections, managementConnections, (ScheduledExecutorService) timer);
    }
}
