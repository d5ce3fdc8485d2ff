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

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;

/**
 * One connection to the upstream. It carries one request at a time and hands its response over as
 * it arrives, or finds out what is wrong with it. A connection that ever showed anything odd is
 * closed. Only one whose last request and response were complete and followed by nothing is reused.
 * Lives on one event loop.
 */
public final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private final InetSocketAddress address;
    private final Home home;
    private final StrictResponseDecoder decoder =
            new StrictResponseDecoder(this::bytesArrived, this::isAnswered);

    /** What is written here does not pass through the encoder. */
    private final ChannelHandlerContext encoded;

    private @Nullable ResponseReceiver receiver;
    private Phase phase = Phase.IDLE;
    private boolean requestComplete;
    private boolean reusable;
    private boolean acknowledged;
    private int fields;
    private long idleSince;

    /** What comes next of the response. */
    private enum Phase {
        /** Nothing: no request was sent. */
        IDLE,
        /** Its first byte. */
        FIRST_BYTE,
        HEAD,
        INTERIM_END,
        BODY,
        /** Nothing: all of it was handed over. */
        COMPLETE
    }

    /** Where a connection is kept that may carry another request. */
    interface Home {
        void give(UpstreamConnection connection);

        /** Called when a connection breaks that is kept there, or might be. */
        void forget(UpstreamConnection connection);
    }

    /**
     * @param channel has just been connected
     */
    UpstreamConnection(Channel channel, InetSocketAddress address, Home home) {
        this.channel = channel;
        this.address = address;
        this.home = home;
        channel.pipeline().addLast(decoder, this, new HttpRequestEncoder());
        this.encoded = channel.pipeline().context(this);
    }

    InetSocketAddress address() {
        return address;
    }

    long idleSince() {
        return idleSince;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    /** Whether nothing has arrived since the last response. If not, it has to be closed. */
    boolean isUsable() {
        return phase == Phase.IDLE && UpstreamChannel.isQuiet(channel);
    }

    /**
     * Acknowledges the last response, so that the upstream's system holds nothing back that it may
     * have sent after it. Returns false if that was done before.
     */
    boolean acknowledge() {
        boolean due = !acknowledged;
        if (due) {
            acknowledged = true;
            UpstreamChannel.acknowledge(channel);
        }
        return due;
    }

    /** Sends a whole request that is encoded already. Its response may have content. */
    void send(ByteBuf request, ResponseReceiver next) {
        begin(next);
        requestComplete = true;
        decoder.expectNoContent(false);
        // a failed write is reported to exceptionCaught
        encoded.writeAndFlush(request, channel.voidPromise());
    }

    /**
     * Sends the head of a request. The parts of its body follow with {@link #send(HttpContent)}.
     *
     * @return done when the head was written to the socket
     */
    public ChannelFuture send(HttpRequest head, ResponseReceiver next) {
        begin(next);
        requestComplete = false;
        decoder.expectNoContent(HttpMethod.HEAD.equals(head.method()));
        return channel.write(head);
    }

    private void begin(ResponseReceiver next) {
        receiver = next;
        phase = Phase.FIRST_BYTE;
        acknowledged = false;
        fields = 0;
    }

    /**
     * Sends part of the body of a request, and releases it.
     *
     * @return done when it was written to the socket
     */
    public ChannelFuture send(HttpContent part) {
        requestComplete = part instanceof LastHttpContent;
        return channel.write(part);
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
        if (channel.config().isAutoRead() != reading) {
            channel.config().setAutoRead(reading);
        }
    }

    /** Closes the connection without reporting to the receiver. */
    public void close() {
        receiver = null;
        channel.close();
    }

    private boolean isAnswered() {
        return receiver == null || phase == Phase.COMPLETE;
    }

    private void bytesArrived(int bytes) {
        ResponseReceiver current = receiver;
        if (current == null) {
            home.forget(this); // bytes that belong to no request
            channel.close();
            return;
        }
        if (phase == Phase.FIRST_BYTE) {
            phase = Phase.HEAD;
        }
        current.bytesArrived();
        boolean taken =
                switch (phase) {
                    case BODY -> current.takeForBody(bytes);
                    case COMPLETE -> true;
                    default -> current.takeForHead(bytes);
                };
        if (!taken) {
            fail(OVERLOAD);
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
            if (current == null || phase == Phase.COMPLETE) {
                reusable = false; // excess
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
        if (!takeForFields(response.headers().size(), current)) {
            return OVERLOAD;
        }
        reusable =
                !response.headers()
                        .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        phase = Phase.COMPLETE;
        current.whole(response);
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
        boolean last = content instanceof LastHttpContent;
        if (phase == Phase.INTERIM_END) {
            phase = last ? Phase.HEAD : phase;
            return null;
        }
        phase = last ? Phase.COMPLETE : phase;
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
        if (head.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            phase = Phase.INTERIM_END;
        } else {
            phase = Phase.BODY;
            reusable = HttpUtil.isKeepAlive(head);
            current.head(head);
        }
        return null;
    }

    /**
     * By now all bytes that have arrived were offered to the decoder. What is left there would
     * become the beginning of the next response: half a forged head is enough to turn a refusal
     * into an allow.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ResponseReceiver current = receiver;
        if (current == null) {
            return;
        }
        if (!takeForFields(decoder.fields(), current)) {
            fail(OVERLOAD);
        } else if (phase == Phase.COMPLETE) {
            finish(current);
        } else {
            current.handedOver();
        }
    }

    private void finish(ResponseReceiver current) {
        receiver = null;
        phase = Phase.IDLE;
        if (mayBeReused()) {
            setReading(true);
            home.give(this);
        } else {
            channel.close();
        }
        current.complete();
    }

    private boolean mayBeReused() {
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        return reusable
                && requestComplete
                && unsent != null
                && unsent.isEmpty()
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
        fail(phase == Phase.FIRST_BYTE ? RESET : PROTOCOL_ERROR);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        boolean ofNetwork = cause instanceof IOException || cause instanceof UncheckedIOException;
        fail(ofNetwork ? RESET : PROTOCOL_ERROR);
    }

    private void fail(FallbackReason reason) {
        ResponseReceiver current = receiver;
        receiver = null;
        home.forget(this);
        channel.close();
        if (current != null) {
            current.failed(reason);
        }
    }
}
