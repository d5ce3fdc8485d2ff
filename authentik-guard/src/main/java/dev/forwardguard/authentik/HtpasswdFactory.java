package dev.forwardguard.authentik;

import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.htpasswd.InvalidHtpasswdException;
import dev.forwardguard.live.FollowedFile;
import dev.forwardguard.live.InvalidContentException;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.telemetry.StatusEndpoint;
import dev.forwardguard.telemetry.StatusEndpoint.StatusPart;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Factory;

import jakarta.inject.Named;
import jakarta.inject.Singleton;

import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The users of Emergency Access, followed live, and what is told about them: numbers, never names.
 */
@Factory
final class HtpasswdFactory {

    @Singleton
    LiveValue<Htpasswd> htpasswd(AuthentikProfile profile, Clock clock) {
        return new LiveValue<>("htpasswd", content -> parse(content, profile), clock);
    }

    private static Htpasswd parse(byte[] content, AuthentikProfile profile) {
        try {
            return Htpasswd.parse(content, profile.all().emergency().limits());
        } catch (InvalidHtpasswdException e) {
            throw new InvalidContentException(String.valueOf(e.getMessage()));
        }
    }

    @Context
    @Named("htpasswd")
    @Bean(preDestroy = "close")
    FollowedFile htpasswdFile(
            HtpasswdFileConfiguration configuration,
            LiveValue<Htpasswd> htpasswd,
            AuthentikProfile profile,
            Ticker ticker) {
        return new FollowedFile(
                        configuration.file(),
                        htpasswd,
                        () -> profile.all().emergency().deletionGrace(),
                        ticker)
                .follow();
    }

    @Context
    StatusPart metrics(
            LiveValue<Htpasswd> htpasswd, MeterRegistry registry, AuthentikProfile profile) {
        gauge(
                registry,
                profile,
                "guard.credentials",
                "Emergency users that can log in",
                htpasswd,
                live -> live.get().map(Htpasswd::size).orElse(0));
        gauge(
                registry,
                profile,
                "guard.credentials.rejected.lines",
                "Lines of the htpasswd file in force that were skipped",
                htpasswd,
                live -> live.get().map(users -> users.rejectedLines().size()).orElse(0));
        gauge(
                registry,
                profile,
                "guard.credentials.last.read.timestamp.seconds",
                "When the source of the htpasswd file was last heard of; 0 before the first time",
                htpasswd,
                live -> live.confirmed().map(Instant::getEpochSecond).orElse(0L));
        return new CredentialsStatus(htpasswd);
    }

    private interface Reading {
        Number of(LiveValue<Htpasswd> htpasswd);
    }

    private static void gauge(
            MeterRegistry registry,
            AuthentikProfile profile,
            String name,
            String description,
            LiveValue<Htpasswd> htpasswd,
            Reading reading) {
        Gauge.builder(name, htpasswd, live -> reading.of(live).doubleValue())
                .description(description)
                .tag("guard", profile.name())
                .register(registry);
    }

    private record CredentialsStatus(LiveValue<Htpasswd> htpasswd) implements StatusPart {
        @Override
        public String name() {
            return "credentials";
        }

        @Override
        public Map<String, Object> state() {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("users", htpasswd.get().map(Htpasswd::size).orElse(0));
            state.put(
                    "rejectedLines",
                    htpasswd.get().map(users -> users.rejectedLines().toString()).orElse("[]"));
            state.putAll(StatusEndpoint.live(htpasswd));
            return state;
        }
    }
}
