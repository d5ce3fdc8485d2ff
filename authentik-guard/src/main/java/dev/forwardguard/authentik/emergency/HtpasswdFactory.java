package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.emergency.session.SessionKey;
import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.htpasswd.InvalidHtpasswdException;
import dev.forwardguard.kubernetes.HtpasswdSecretConfiguration;
import dev.forwardguard.kubernetes.KubernetesClientFactory;
import dev.forwardguard.kubernetes.SecretPart;
import dev.forwardguard.kubernetes.SecretWatch;
import dev.forwardguard.live.FollowedFile;
import dev.forwardguard.live.InvalidContentException;
import dev.forwardguard.live.LiveSource;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;

import jakarta.inject.Named;
import jakarta.inject.Singleton;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Creates the users of Emergency Access and the key of their sessions, followed live from a Secret,
 * or the users from a file. With a file there is a key for this process alone.
 */
@Factory
final class HtpasswdFactory {
    /** The key of the Secret with the key of emergency sessions, which all replicas need. */
    private static final String SESSION_KEY = "session-key";

    @Singleton
    LiveValue<Htpasswd> htpasswd(LiveSettings<AuthentikSettings> settings, Clock clock) {
        return new LiveValue<>(
                "htpasswd", content -> parse(content, settings.now().emergency().limits()), clock);
    }

    @Singleton
    LiveValue<SessionKey> sessionKey(Clock clock) {
        return new LiveValue<>("session key", SessionKey::parse, clock);
    }

    private static Htpasswd parse(byte[] content, HashLimits limits) {
        try {
            return Htpasswd.parse(content, limits);
        } catch (InvalidHtpasswdException e) {
            throw new InvalidContentException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Creates the source. A wrong configuration stops the start. {@link FollowAfterStart} begins to
     * follow the Secret.
     */
    @Context
    @Named("htpasswd")
    @Bean(preDestroy = "close")
    LiveSource source(
            HtpasswdConfiguration configuration,
            HtpasswdSecretConfiguration secret,
            KubernetesClientFactory clients,
            LiveValue<Htpasswd> htpasswd,
            LiveValue<SessionKey> sessionKey,
            GuardSpec spec,
            LiveSettings<AuthentikSettings> settings,
            Ticker ticker,
            MeterRegistry registry) {
        Supplier<Duration> grace = () -> settings.now().emergency().deletionGrace();
        return switch (configuration.choice(clients.inCluster())) {
            case FILE -> {
                sessionKey.startWith(SessionKey.random(), "of this process");
                yield new FollowedFile(configuration.followed(), htpasswd, grace, ticker).follow();
            }
            case SECRET ->
                    new SecretWatch(
                            secret,
                            clients,
                            List.of(
                                    new SecretPart(secret.key(), htpasswd, false),
                                    new SecretPart(SESSION_KEY, sessionKey, true)),
                            grace,
                            ticker,
                            registry,
                            Tags.of("guard", spec.name()));
        };
    }

    /**
     * Follows a Secret once the guard listens, and not before: setting up the client of the API
     * server takes as long as the rest of the start. A file has already been read by then.
     */
    @Singleton
    static final class FollowAfterStart implements ApplicationEventListener<ServerStartupEvent> {
        private final LiveSource source;

        FollowAfterStart(@Named("htpasswd") LiveSource source) {
            this.source = source;
        }

        @Override
        public void onApplicationEvent(ServerStartupEvent listening) {
            if (source instanceof SecretWatch secret) {
                secret.follow();
            }
        }
    }
}
