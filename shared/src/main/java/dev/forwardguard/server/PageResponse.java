package dev.forwardguard.server;

import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.guard.Page;

import io.micronaut.core.convert.ConversionService;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.netty.NettyMutableHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Turns a page into a response for Micronaut, where there is no decision and nothing is counted.
 */
public final class PageResponse {
    private PageResponse() {}

    /** Returns the page with this status. */
    public static MutableHttpResponse<?> of(HttpResponseStatus status, Page page) {
        AuthResponse response = AuthResponse.of(status, page);
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
}
