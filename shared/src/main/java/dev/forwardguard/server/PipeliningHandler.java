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
 * Passes on one request at a time. A client may send further requests without waiting for the
 * response (pipelining, RFC 9112 section 9.3.2). They wait here, so the handlers behind this one
 * need not keep responses in order. While a request waits, nothing more is read.
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

    /** Whether the next message belongs to the request in flight, or none is in flight. */
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
