package dev.forwardguard.authentik.emergency.form;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.server.CallerConnection;
import dev.forwardguard.server.OtherRequests;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Reads the forms of one connection, one at a time, and passes on all other requests. */
final class FormHandler extends ChannelInboundHandlerAdapter {
    /** User, password and address of the page; a longer form is not the guard's. */
    static final int MOST_BYTES = 4 * 1024;

    /** For the body, from the end of the head. Browsers send both at once. */
    static final Duration BODY_TIMEOUT = Duration.ofSeconds(3);

    private final EmergencyForms forms;
    private final CallerConnection connection;

    private boolean mine;

    /** The request whose body is read; null if none is. */
    private @Nullable FormRequest current;

    private @Nullable Future<?> timeout;

    /** The address that has a place for the form; null if there is none. */
    private @Nullable ClientAddress place;

    private ByteArrayOutputStream body = new ByteArrayOutputStream(0);

    FormHandler(EmergencyForms forms, CallerConnection connection) {
        this.forms = forms;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest head) {
            var request = AuthRequest.of(head, ctx.channel());
            mine =
                    EmergencyForms.owns(request.path())
                            && !OtherRequests.isNeverServed(head.method());
            if (mine) {
                begin(ctx, head, request);
            }
        }
        if (!mine) {
            ctx.fireChannelRead(message);
            return;
        }
        if (message instanceof HttpContent part) {
            read(ctx, part);
        }
        ReferenceCountUtil.release(message);
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head, AuthRequest request) {
        FormRequest next = forms.begin(request, head.method());
        var response = next.earlyResponse();
        if (HttpUtil.is100ContinueExpected(head)) {
            connection.endWithThisRequest(); // it may send the body, or not
        }
        if (response.isPresent()) {
            end(ctx, head, response.get());
        } else if (!isForm(head)) {
            end(ctx, head, next.unreadable(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE));
        } else if (HttpUtil.getContentLength(head, 0L) > MOST_BYTES) {
            end(ctx, head, next.unreadable(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE));
        } else if (!connection.hold(MOST_BYTES) || !enter(next.visitor())) {
            end(ctx, head, next.overloaded());
        } else {
            current = next;
            body = new ByteArrayOutputStream();
            timeout =
                    ctx.executor()
                            .schedule(
                                    () -> timeOut(ctx, next),
                                    BODY_TIMEOUT.toMillis(),
                                    TimeUnit.MILLISECONDS);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void timeOut(ChannelHandlerContext ctx, FormRequest late) {
        if (current == late) {
            end(ctx, late.unreadable(HttpResponseStatus.REQUEST_TIMEOUT));
        }
    }

    private boolean enter(ClientAddress from) {
        boolean entered = forms.places().enter(from);
        place = entered ? from : null;
        return entered;
    }

    /** Answers without the body, which may be endless. */
    private void end(ChannelHandlerContext ctx, HttpRequest head, AuthResponse response) {
        if (HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0) {
            connection.endWithThisRequest();
        }
        send(ctx, response);
    }

    /** Answers without the rest of the body. */
    private void end(ChannelHandlerContext ctx, AuthResponse response) {
        connection.endWithThisRequest();
        forget();
        send(ctx, response);
    }

    /** Nothing of a password stays here for as long as the connection is open. */
    private void forget() {
        current = null;
        body = new ByteArrayOutputStream(0);
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
        if (place != null) {
            forms.places().leave(place);
            place = null;
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forget();
    }

    private static boolean isForm(HttpRequest head) {
        CharSequence type = HttpUtil.getMimeType(head);
        return type != null && SignInForm.MEDIA_TYPE.equalsIgnoreCase(type.toString());
    }

    private void read(ChannelHandlerContext ctx, HttpContent part) {
        FormRequest reading = current;
        if (reading == null) {
            return; // the rest of a request that was answered early
        }
        ByteBuf bytes = part.content();
        if (part.decoderResult().isFailure()) {
            end(ctx, reading.unreadable(HttpResponseStatus.BAD_REQUEST));
        } else if (body.size() + bytes.readableBytes() > MOST_BYTES) {
            end(ctx, reading.unreadable(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE));
        } else {
            byte[] arrived = new byte[bytes.readableBytes()];
            bytes.readBytes(arrived);
            body.writeBytes(arrived);
            if (part instanceof LastHttpContent) {
                byte[] form = body.toByteArray();
                forget();
                reading.signIn(form)
                        .thenAccept(response -> ctx.executor().execute(() -> send(ctx, response)));
            }
        }
    }

    private static void send(ChannelHandlerContext ctx, AuthResponse response) {
        if (!ctx.isRemoved()) {
            ctx.writeAndFlush(response.message());
        }
    }
}
