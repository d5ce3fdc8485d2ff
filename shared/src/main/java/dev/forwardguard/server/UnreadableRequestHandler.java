package dev.forwardguard.server;

import dev.forwardguard.forwardauth.Decision;
import dev.forwardguard.forwardauth.GuardProfile;
import dev.forwardguard.upstream.FallbackReason;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;

import java.util.concurrent.TimeUnit;

/**
 * Answers a request that the codec cannot read, for instance because of more than 256 KiB of
 * headers, with the guard's last resort instead of a dropped connection; Traefik would make a 500
 * of that. The answer waits for those before it, and the connection is closed in a way that lets a
 * client read it while it is still sending.
 */
final class UnreadableRequestHandler extends ChannelDuplexHandler {
    private static final long LINGER_SECONDS = 2;

    private final GuardProfile profile;
    private final DecisionWriter writer;
    private int unanswered;
    private boolean interim;
    private int status;
    private boolean answered;

    UnreadableRequestHandler(GuardProfile profile, DecisionWriter writer) {
        this.profile = profile;
        this.writer = writer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (status != 0) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request) {
            if (request.decoderResult().isFailure()) {
                status = statusFor(request.decoderResult().cause());
                ReferenceCountUtil.release(message);
                answerInTurn(ctx);
            } else {
                unanswered++;
                ctx.fireChannelRead(RepairedRequest.of(request));
            }
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }
        ctx.write(message, promise);
        if (message instanceof LastHttpContent && !interim && !answered) {
            unanswered--;
            if (status != 0) {
                answerInTurn(ctx);
            }
        }
    }

    private void answerInTurn(ChannelHandlerContext ctx) {
        if (unanswered > 0 || answered) {
            return;
        }
        answered = true;
        Decision decision = profile.lastResort(FallbackReason.BAD_REQUEST, status);
        FullHttpResponse response = writer.writeNetty(decision);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.channel().config().setAutoRead(true);
        ctx.writeAndFlush(response)
                .addListener(
                        (ChannelFutureListener)
                                written -> {
                                    if (written.channel() instanceof DuplexChannel duplex) {
                                        duplex.shutdownOutput();
                                    }
                                });
        // closing while bytes still arrive would reset the connection and take the answer with it
        ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    }

    private static int statusFor(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return 414;
        }
        return cause instanceof TooLongFrameException ? 431 : 400;
    }
}
