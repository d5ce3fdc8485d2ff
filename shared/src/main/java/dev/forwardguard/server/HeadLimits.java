package dev.forwardguard.server;

import io.micronaut.http.server.netty.configuration.NettyHttpServerConfiguration;
import io.netty.handler.codec.http.HttpDecoderConfig;

/**
 * How large the head of a request may be.
 *
 * @param requestLineBytes without the line end
 * @param headerBytes all field lines together, without line ends
 * @param fields the number of field lines, and likewise of trailers
 */
record HeadLimits(int requestLineBytes, int headerBytes, int fields) {
    /** Browsers and gateways send fewer than fifty. */
    private static final int MAX_FIELDS = 200;

    /** For probes and scrapes, whose heads are below 1 KiB. */
    static final HeadLimits MANAGEMENT = new HeadLimits(2 * 1024, 6 * 1024, 64);

    /** The limits of the main port. */
    static HeadLimits of(NettyHttpServerConfiguration configuration) {
        return new HeadLimits(
                configuration.getMaxInitialLineLength(),
                configuration.getMaxHeaderSize(),
                MAX_FIELDS);
    }

    HttpDecoderConfig decoderConfig() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(requestLineBytes)
                .setMaxHeaderSize(headerBytes)
                .setHeadersFactory(LimitedHeaders.atMost(fields))
                .setTrailersFactory(IgnoredTrailers.atMost(fields));
    }
}
