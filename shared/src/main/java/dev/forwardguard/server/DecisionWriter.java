package dev.forwardguard.server;

import dev.forwardguard.forwardauth.Decision;
import dev.forwardguard.forwardauth.ForwardAuthResponse;
import dev.forwardguard.forwardauth.Page;
import dev.forwardguard.telemetry.FallbackLog;
import dev.forwardguard.telemetry.GuardMetrics;

import io.micronaut.core.convert.ConversionService;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.netty.NettyMutableHttpResponse;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

import jakarta.inject.Singleton;

/** Takes a decision into the books and puts it on the wire. */
@Singleton
public final class DecisionWriter {
    private final GuardMetrics metrics;
    private final FallbackLog log;

    DecisionWriter(GuardMetrics metrics, FallbackLog log) {
        this.metrics = metrics;
        this.log = log;
    }

    /** A page for Micronaut to send where nothing was decided: nothing is counted. */
    public static MutableHttpResponse<?> write(HttpResponseStatus status, Page page) {
        ForwardAuthResponse response = measured(ForwardAuthResponse.of(status, page));
        MutableHttpResponse<byte[]> message =
                new NettyMutableHttpResponse<>(
                        HttpVersion.HTTP_1_1,
                        response.status(),
                        response.headers(),
                        response.body(),
                        ConversionService.SHARED);
        message.bodyWriter(VerbatimBody.INSTANCE);
        return message;
    }

    /** Counts a decision and makes the response of it. */
    FullHttpResponse write(Decision decision) {
        metrics.count(decision);
        log.note(decision);
        ForwardAuthResponse response = measured(ForwardAuthResponse.of(decision));
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                response.status(),
                Unpooled.wrappedBuffer(response.body()),
                response.headers(),
                EmptyHttpHeaders.INSTANCE);
    }

    private static ForwardAuthResponse measured(ForwardAuthResponse response) {
        // a HEAD request gets the length without the body, and without it the connection would be
        // closed
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        return response;
    }
}
