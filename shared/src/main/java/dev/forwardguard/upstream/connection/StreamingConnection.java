package dev.forwardguard.upstream.connection;

import static dev.forwardguard.outcome.FallbackReason.BAD_STATUS;
import static dev.forwardguard.outcome.FallbackReason.OVERLOAD;
import static dev.forwardguard.outcome.FallbackReason.PROTOCOL_ERROR;
import static dev.forwardguard.outcome.FallbackReason.RESET;
import static dev.forwardguard.outcome.FallbackReason.RESPONSE_TOO_LARGE;

import dev.forwardguard.http1.StrictResponseDecoder;
import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * One connection to the upstream whose messages are streamed: they are handed over as they arrive
 * and never collected. The rules about framing are those of {@link UpstreamConnection}. It is
 * reused only if request and response were complete and nothing followed. Lives on one event loop.
 */
public final class StreamingConnection extends ChannelInboundHandlerAdapter {
    private final UpstreamChannel socket;
    private final Channel channel;
    private final InetSocketAddress address;
    private final StreamingPool pool;
    private final StrictResponseDecoder decoder =
            new StrictResponseDecoder(this::bytesArrived, this::isAnswered);

    private @Nullable ResponseReceiver receiver;
    private @Nullable ChannelFuture requestSent;
    private boolean interim;
    private boolean received;
    private boolean inHead;
    private int fields;
    private boolean keepAlive;
    private boolean complete;
    private boolean excess;
    private long idleSince;

    private StreamingConnection(
            UpstreamChannel socket, InetSocketAddress address, StreamingPool pool) {
        this.socket = socket;
        this.channel = socket.channel();
        this.address = address;
        this.pool = pool;
    }

    /** Creates a connection on a channel that has just been connected. */
    static StreamingConnection on(
            UpstreamChannel socket, InetSocketAddress address, StreamingPool pool) {
        var connection = new StreamingConnection(socket, address, pool);
        connection
                .channel
                .pipeline()
                .addLast(new HttpRequestEncoder(), connection.decoder, connection);
        return connection;
    }

    InetSocketAddress address() {
        return address;
    }

    long idleSince() {
        return idleSince;
    }

    /** Whether nothing has arrived since the last response. If not, it has to be closed. */
    boolean isUsable() {
        return receiver == null && socket.isQuiet();
    }

    /**
     * Sends the head of a request. The parts of its body follow with {@link #send(HttpContent)}.
     *
     * @return done when the head was written to the socket
     */
    public ChannelFuture send(HttpRequest head, ResponseReceiver next) {
        receiver = next;
        requestSent = null;
        interim = false;
        received = false;
        inHead = true;
        fields = 0;
        complete = false;
        decoder.expectNoContent(HttpMethod.HEAD.equals(head.method()));
        return channel.write(head);
    }

    /**
     * Sends part of the body of a request, and releases it.
     *
     * @return done when it was written to the socket
     */
    public ChannelFuture send(HttpContent part) {
        ChannelFuture written = channel.write(part);
        if (part instanceof LastHttpContent) {
            requestSent = written;
        }
        return written;
    }

    public void flush() {
        channel.flush();
    }

    /**
     * Whether it accepts more of the request. If not, {@link ResponseReceiver#writable} follows.
     */
    public boolean isWritable() {
        return channel.isWritable();
    }

    /** Stops reading the response, or resumes. */
    public void setReading(boolean reading) {
        channel.config().setAutoRead(reading);
    }

    /** Closes the connection without reporting to the receiver. */
    public void close() {
        receiver = null;
        channel.close();
    }

    private boolean isAnswered() {
        return receiver == null || complete;
    }

    private void bytesArrived(int bytes) {
        ResponseReceiver current = receiver;
        if (current == null) {
            pool.forget(this); // bytes that belong to no request
            channel.close();
        } else {
            received = true;
            current.bytesArrived();
            if (inHead && !current.takeForHead(bytes)) {
                fail(OVERLOAD);
            }
        }
    }

    /** Takes memory for the fields that were decoded since the last call. */
    private boolean takeForFields(int all, ResponseReceiver current) {
        int more = all - fields;
        fields = all;
        return more <= 0 || current.takeForHead((long) more * BufferBudget.FIELD_BYTES);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            ResponseReceiver current = receiver;
            if (current == null || complete) {
                excess = true;
                return;
            }
            FallbackReason failure =
                    message instanceof UpstreamResponse whole
                            ? whole(whole, current)
                            : part((HttpObject) message, current);
            if (failure != null) {
                fail(failure);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private @Nullable FallbackReason whole(UpstreamResponse response, ResponseReceiver current) {
        var head =
                new DefaultHttpResponse(
                        HttpVersion.HTTP_1_1, response.status(), response.headers());
        if (!takeForFields(head.headers().size(), current)) {
            return OVERLOAD;
        }
        keepAlive = HttpUtil.isKeepAlive(head);
        inHead = false;
        complete = true;
        current.head(head);
        if (response.body().length > 0) {
            current.body(Unpooled.wrappedBuffer(response.body()));
        }
        return null;
    }

    /** Hands over one part. Returns null, or the reason why there will be no more. */
    private @Nullable FallbackReason part(HttpObject part, ResponseReceiver current) {
        if (part.decoderResult().isFailure()) {
            return part.decoderResult().cause() instanceof TooLongFrameException
                    ? RESPONSE_TOO_LARGE
                    : PROTOCOL_ERROR;
        }
        if (part instanceof HttpResponse head) {
            return head(head, current);
        }
        if (!(part instanceof HttpContent content)) {
            return PROTOCOL_ERROR;
        }
        if (interim) {
            interim = !(content instanceof LastHttpContent); // the next head is expected
            return null;
        }
        complete = content instanceof LastHttpContent;
        if (content.content().isReadable()) {
            current.body(content.content().retain());
        }
        return null;
    }

    private @Nullable FallbackReason head(HttpResponse head, ResponseReceiver current) {
        int status = head.status().code();
        if (!StrictResponseDecoder.isUnambiguous(head) || status < 100 || status > 999) {
            return PROTOCOL_ERROR;
        }
        if (head.headers().size() > StrictResponseDecoder.MAX_HEADER_FIELDS) {
            return RESPONSE_TOO_LARGE;
        }
        if (status == 101) {
            return BAD_STATUS; // what follows is not HTTP
        }
        if (!takeForFields(decoder.fields(), current)) {
            return OVERLOAD;
        }
        interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (!interim) {
            inHead = false;
            keepAlive = HttpUtil.isKeepAlive(head);
            current.head(head);
        }
        return null;
    }

    /** By now all bytes that have arrived were decoded. What is left belongs to no response. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ResponseReceiver current = receiver;
        if (current == null) {
            return;
        }
        if (complete) {
            finish(current);
        } else if (inHead && !takeForFields(decoder.fields(), current)) {
            fail(OVERLOAD);
        } else {
            current.handedOver();
        }
    }

    private void finish(ResponseReceiver current) {
        receiver = null;
        if (isReusable()) {
            setReading(true);
            // anything that the upstream holds back until then arrives before the next request
            socket.acknowledge();
            idleSince = pool.now();
            pool.give(this);
        } else {
            channel.close();
        }
        current.complete();
    }

    private boolean isReusable() {
        return keepAlive
                && requestSent != null
                && requestSent.isSuccess()
                && !excess
                && !decoder.hasExcess()
                && !decoder.hasLargeBuffer()
                && channel.isActive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ResponseReceiver current = receiver;
        if (current != null && channel.isWritable()) {
            current.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(received ? PROTOCOL_ERROR : RESET);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(cause instanceof IOException ? RESET : PROTOCOL_ERROR);
    }

    private void fail(FallbackReason reason) {
        ResponseReceiver current = receiver;
        receiver = null;
        pool.forget(this);
        channel.close();
        if (current != null) {
            current.failed(reason);
        }
    }
}
