package dev.forwardguard.authentik.passthrough;

import io.micronaut.http.client.ServiceHttpClientConfiguration;

import java.time.Duration;

/**
 * The limits of the pass-through.
 *
 * @param connectTimeout for each address of the outpost
 * @param readTimeout how long the outpost may be silent, or take nothing of a request
 * @param placeTimeout how long a request waits for a place
 * @param bodyTimeout how long a visitor may send nothing of a request's body
 * @param visitorTimeout how long a visitor may take nothing of a response
 * @param places how many requests there may be at once
 */
record Limits(
        Duration connectTimeout,
        Duration readTimeout,
        Duration placeTimeout,
        Duration bodyTimeout,
        Duration visitorTimeout,
        int places) {
    private static final Duration BODY_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration VISITOR_TIMEOUT = Duration.ofSeconds(30);

    /** The limits in {@code micronaut.http.services.outpost}. */
    static Limits of(ServiceHttpClientConfiguration outpost) {
        var pool = outpost.getConnectionPoolConfiguration();
        return new Limits(
                outpost.getConnectTimeout().orElseThrow(),
                outpost.getReadTimeout().orElseThrow(),
                pool.getAcquireTimeout().orElseThrow(),
                BODY_TIMEOUT,
                VISITOR_TIMEOUT,
                pool.getMaxConcurrentHttp1Connections());
    }
}
