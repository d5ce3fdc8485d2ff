package dev.forwardguard.authentik.emergency.form;

import dev.forwardguard.authentik.emergency.form.EmergencyForms.Visit;
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
    static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);

    private final EmergencyForms forms;
    private final CallerConnection connection;

    private boolean mine;

    /** The request whose body is read; null if none is. */
    private @Nullable Visit visit;

    private @Nullable Future<?> late;

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
            received(ctx, part);
        }
        ReferenceCountUtil.release(message);
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head, AuthRequest request) {
        Visit next = forms.visit(request, head.method());
        var response = next.withoutBody();
        if (HttpUtil.is100ContinueExpected(head)) {
            connection.endWithThisRequest(); // it may send the body, or not
        }
        if (response.isPresent()) {
            send(ctx, response.get());
        } else if (!isForm(head)) {
            send(ctx, next.unreadable(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE));
        } else if (HttpUtil.getContentLength(head, 0L) > MOST_BYTES) {
            send(ctx, next.unreadable(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE));
        } else if (!connection.hold(MOST_BYTES)) {
            send(ctx, next.unreadable(HttpResponseStatus.SERVICE_UNAVAILABLE));
        } else {
            visit = next;
            body = new ByteArrayOutputStream();
            late =
                    ctx.executor()
                            .schedule(
                                    () -> isLate(ctx, next),
                                    BODY_TIMEOUT.toMillis(),
                                    TimeUnit.MILLISECONDS);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void isLate(ChannelHandlerContext ctx, Visit of) {
        if (visit == of) {
            connection.endWithThisRequest();
            end(ctx, of.unreadable(HttpResponseStatus.REQUEST_TIMEOUT));
        }
    }

    /** Answers without the rest of the body. */
    private void end(ChannelHandlerContext ctx, AuthResponse response) {
        forget();
        send(ctx, response);
    }

    /** Nothing of a password stays here for as long as the connection is open. */
    private void forget() {
        visit = null;
        body = new ByteArrayOutputStream(0);
        if (late != null) {
            late.cancel(false);
            late = null;
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

    private void received(ChannelHandlerContext ctx, HttpContent part) {
        Visit current = visit;
        if (current == null) {
            return; // the rest of a request that was answered early
        }
        ByteBuf bytes = part.content();
        if (part.decoderResult().isFailure()) {
            end(ctx, current.unreadable(HttpResponseStatus.BAD_REQUEST));
        } else if (body.size() + bytes.readableBytes() > MOST_BYTES) {
            end(ctx, current.unreadable(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE));
        } else {
            byte[] read = new byte[bytes.readableBytes()];
            bytes.readBytes(read);
            body.writeBytes(read);
            if (part instanceof LastHttpContent) {
                byte[] form = body.toByteArray();
                forget();
                current.signIn(form)
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
