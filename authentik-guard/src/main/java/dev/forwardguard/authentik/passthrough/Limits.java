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
 * @param longestIfWanted how long a request may take as long as others wait for its place
 * @param places how many requests there may be at once
 */
record Limits(
        Duration connectTimeout,
        Duration readTimeout,
        Duration placeTimeout,
        Duration bodyTimeout,
        Duration visitorTimeout,
        Duration longestIfWanted,
        int places) {
    private static final Duration BODY_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration VISITOR_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LONGEST_IF_WANTED = Duration.ofSeconds(15);

    /** The limits in {@code micronaut.http.services.outpost}. */
    static Limits of(ServiceHttpClientConfiguration outpost) {
        var pool = outpost.getConnectionPoolConfiguration();
        return new Limits(
                outpost.getConnectTimeout().orElseThrow(),
                outpost.getReadTimeout().orElseThrow(),
                pool.getAcquireTimeout().orElseThrow(),
                BODY_TIMEOUT,
                VISITOR_TIMEOUT,
                LONGEST_IF_WANTED,
                pool.getMaxConcurrentHttp1Connections());
    }
}
