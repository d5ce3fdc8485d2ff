package dev.forwardguard.runtime;

import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;

import jakarta.inject.Singleton;

import org.reactivestreams.Publisher;

/** Reports a draining guard as not ready. It stays alive. */
@Readiness
@Singleton
final class DrainReadiness implements HealthIndicator {
    private final Drain drain;

    DrainReadiness(Drain drain) {
        this.drain = drain;
    }

    @Override
    public Publisher<HealthResult> getResult() {
        HealthStatus status = drain.hasBegun() ? HealthStatus.DOWN : HealthStatus.UP;
        return Publishers.just(HealthResult.builder("drain", status).build());
    }
}
