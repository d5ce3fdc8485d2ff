package dev.forwardguard.server;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Passes on one request at a time. A client may send the next ones without waiting for the answer
 * (pipelining, RFC 9112 section 9.3.2); they wait here, so nobody behind this has to see to it that
 * answers keep their order. While one waits nothing more is read.
 */
final class PipeliningHandler extends ChannelDuplexHandler {
    private final Queue<Object> waiting = new ArrayDeque<>(0);
    private boolean receiving;
    private boolean answering;
    private boolean interim;
    private boolean readLater;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (waiting.isEmpty() && isDue()) {
            pass(ctx, message);
        } else {
            waiting.add(message);
        }
    }

    /** Whether what comes next belongs to the request under way, or there is none. */
    private boolean isDue() {
        return receiving || !answering;
    }

    private void pass(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest) {
            receiving = true;
            answering = true;
        }
        if (message instanceof LastHttpContent) {
            receiving = false;
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (waiting.isEmpty()) {
            ctx.read();
        } else {
            readLater = true;
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }
        if (message instanceof LastHttpContent && !interim) {
            answering = false;
            if (!waiting.isEmpty()) {
                ctx.executor().execute(() -> passNext(ctx));
            }
        }
        ctx.write(message, promise);
    }

    private void passNext(ChannelHandlerContext ctx) {
        while (isDue() && !waiting.isEmpty()) {
            pass(ctx, waiting.remove());
        }
        ctx.fireChannelReadComplete();
        if (waiting.isEmpty() && readLater) {
            readLater = false;
            ctx.read();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
    }
}
