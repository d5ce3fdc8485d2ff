package dev.forwardguard.server;

import dev.forwardguard.outcome.FallbackReason;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpLineException;

import java.util.function.Supplier;

/**
 * A request that is answered without having been read. Takes its place in the pipeline.
 *
 * @param reason the reason in the metrics
 * @param status the status that any other HTTP server would answer with
 * @param headers those of its headers that could be read
 */
record RejectedRequest(FallbackReason reason, int status, HttpHeaders headers) {
    /** There is no memory for the request. */
    static final RejectedRequest OVERLOAD =
            new RejectedRequest(FallbackReason.OVERLOAD, 503, EmptyHttpHeaders.INSTANCE);

    /** The head of the request takes too long. */
    static final RejectedRequest SLOW =
            new RejectedRequest(FallbackReason.BAD_REQUEST, 408, EmptyHttpHeaders.INSTANCE);

    /** A request that the decoder could not read. */
    static RejectedRequest of(HttpRequest request) {
        int status =
                switch (request.decoderResult().cause()) {
                    case TooLongHttpLineException _ -> 414;
                    case TooLongFrameException _ -> 431;
                    default -> 400;
                };
        return new RejectedRequest(FallbackReason.BAD_REQUEST, status, request.headers());
    }

    /**
     * Answers it, which ends the connection: Traefik would turn a dropped one into a 500.
     *
     * @param response not asked for if nobody would receive it
     */
    void answer(
            ChannelHandlerContext ctx,
            ClientConnection connection,
            Supplier<FullHttpResponse> response) {
        if (connection.hasEnded() || !ctx.channel().isActive()) {
            return;
        }
        connection.end();
        FullHttpResponse last = response.get();
        last.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.channel().config().setAutoRead(true); // it may read only when it has sent everything
        ctx.writeAndFlush(last);
    }

    /** Leaves out the headers. */
    @Override
    public String toString() {
        return "RejectedRequest[" + reason + ", " + status + "]";
    }
}
