package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.server.CallerConnection;
import dev.forwardguard.server.OtherRequests;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Passes the requests of one connection through, one at a time, and passes on those outside of the
 * outpost's prefix and those with a method that is never served. While the outpost takes no more of
 * a request's body, nothing more is read from the visitor.
 */
final class PassThroughHandler extends ChannelDuplexHandler {
    private final PassThrough passThrough;
    private final CallerConnection connection;
    private @Nullable Exchange exchange;
    private boolean mine;
    private boolean readLater;

    PassThroughHandler(PassThrough passThrough, CallerConnection connection) {
        this.passThrough = passThrough;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest head) {
            var target = AuthRequest.of(head, ctx.channel());
            mine =
                    PassThrough.isOutposts(target.path())
                            && !OtherRequests.isNeverServed(head.method());
            if (mine) {
                begin(ctx, head, target);
                return;
            }
        }
        if (!mine) {
            ctx.fireChannelRead(message);
        } else if (message instanceof HttpContent part) {
            body(part);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head, AuthRequest target) {
        var next = new Exchange(passThrough, connection, ctx, head, done -> ended(ctx, done));
        exchange = next;
        next.start(head, target);
    }

    private void body(HttpContent part) {
        Exchange current = exchange;
        if (current == null) {
            part.release(); // the rest of a request that was answered early
        } else {
            current.received(part);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void ended(ChannelHandlerContext ctx, Exchange done) {
        if (exchange == done) { // the next request may have begun
            exchange = null;
            readOn(ctx);
        }
    }

    private void readOn(ChannelHandlerContext ctx) {
        if (readLater) {
            readLater = false;
            ctx.read();
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        if (current == null || current.wantsMore()) {
            ctx.read();
        } else {
            readLater = true;
            current.onceWanted(() -> readOn(ctx));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        if (current != null) {
            current.receivedAll();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        if (current != null) {
            current.visitorWritable(ctx.channel().isWritable());
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancel();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancel();
    }

    private void cancel() {
        Exchange current = exchange;
        if (current != null) {
            current.end();
        }
    }

    /** A visitor who resets the connection is nothing to log. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Netty wraps what epoll says of a connection that ends in this moment
        if (cause instanceof IOException || cause instanceof UncheckedIOException) {
            ctx.close();
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
