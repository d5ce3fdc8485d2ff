package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.ClientAuthorization;
import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.server.CallerConnection;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.upstream.connection.ConnectionPool.Attempt;
import dev.forwardguard.upstream.connection.ResponseReceiver;
import dev.forwardguard.upstream.connection.UpstreamConnection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One request that is passed through, from its head to the end of its response. Owns everything
 * that it needs: the place, the connection to the outpost, the timer, and the parts of the body
 * that were not sent yet. All of that is released when it ends, which it does exactly once. Lives
 * on the event loop of the visitor's connection.
 */
final class Exchange implements ResponseReceiver {
    /** Methods whose requests may be sent again when a kept connection turns out to be closed. */
    private static final Set<HttpMethod> REPEATABLE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private static final int MOST_BYTES_KEPT_FOR_REPEAT = 8 * 1024;

    /**
     * More than this arrives without being read only if the visitor has closed the connection:
     * Netty then reads all that is left.
     */
    private static final int MOST_BYTES_UNWANTED = 128 * 1024;

    private static final long CHECK_MILLIS = 200;

    /** No number of bytes that a connection can tell. */
    private static final long NONE_UNSENT = Long.MIN_VALUE;

    private final PassThrough passThrough;
    private final AuthentikSettings settings;
    private final CallerConnection caller;
    private final ChannelHandlerContext visitor;
    private final Consumer<Exchange> onEnd;
    private final ErrorPage errorPage;
    private final boolean hasBody;
    private final boolean awaitsContinue;
    private final boolean http10;
    private final boolean toHead;
    private final Queue<HttpContent> unsent = new ArrayDeque<>(1);

    private @Nullable HttpRequest outgoing;
    private boolean mayRepeat;
    private boolean reused;
    private Places.@Nullable Place place;
    private @Nullable Attempt attempt;
    private @Nullable UpstreamConnection outpost;
    private @Nullable Future<?> timer;
    private @Nullable Runnable onceWanted;
    private boolean requestComplete;
    private boolean answered;
    private boolean answeredAll;
    private boolean received;
    private boolean ended;
    private long unwanted;
    private long headBytes;
    private long stillUnsent = NONE_UNSENT;
    private long phaseAt;
    private long bodyAt;
    private long outpostAt;
    private long visitorAt;

    /**
     * @param onEnd called once, when it has ended
     */
    Exchange(
            PassThrough passThrough,
            CallerConnection caller,
            ChannelHandlerContext visitor,
            HttpRequest head,
            Consumer<Exchange> onEnd) {
        this.passThrough = passThrough;
        this.caller = caller;
        this.visitor = visitor;
        this.onEnd = onEnd;
        this.settings = passThrough.settings();
        this.errorPage = ErrorPage.of(settings.pages(), head.headers());
        this.hasBody = Messages.hasBody(head);
        this.requestComplete = !hasBody;
        this.http10 = !head.protocolVersion().isKeepAliveDefault();
        this.awaitsContinue = HttpUtil.is100ContinueExpected(head);
        this.toHead = HttpMethod.HEAD.equals(head.method());
    }

    void start(HttpRequest head, AuthRequest target) {
        GuardSettings now = settings.guard();
        phaseAt = passThrough.now();
        if (now.mode() == Mode.FALLBACK) {
            fail(FallbackReason.FORCED);
        } else if (!caller.passThrough()) {
            fail(FallbackReason.OVERLOAD);
        } else {
            var authorization = ClientAuthorization.of(head.headers(), passThrough.users());
            outgoing = Messages.toOutpost(head, target, authorization, now.upstream());
            mayRepeat = !hasBody && REPEATABLE.contains(head.method()) && isSmall(outgoing);
            awaitPlace(head);
        }
    }

    private static boolean isSmall(HttpRequest request) {
        long bytes = request.uri().length();
        var each = request.headers().iteratorCharSequence();
        while (each.hasNext() && bytes <= MOST_BYTES_KEPT_FOR_REPEAT) {
            var field = each.next();
            bytes += field.getKey().length() + field.getValue().length();
        }
        return bytes <= MOST_BYTES_KEPT_FOR_REPEAT;
    }

    private void awaitPlace(HttpRequest head) {
        ClientAddress address =
                settings.guard()
                        .clientAddress()
                        .resolveVisitor(head.headers(), visitor.channel().remoteAddress());
        Places.Place asked =
                passThrough
                        .places()
                        .ask(address, () -> visitor.executor().execute(this::placeIsFree));
        place = asked;
        if (asked == null) {
            fail(FallbackReason.OVERLOAD);
            return;
        }
        timer =
                visitor.executor()
                        .scheduleWithFixedDelay(
                                this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
        if (asked.wasFree()) {
            connect();
        }
    }

    private void placeIsFree() {
        if (!ended) {
            connect();
        }
    }

    private void connect() {
        phaseAt = passThrough.now();
        Channel channel = visitor.channel();
        Attempt begun =
                passThrough
                        .pool(channel.eventLoop())
                        .attempt(
                                passThrough.address(settings.guard().upstream()),
                                passThrough.limits().connectTimeout(),
                                this);
        attempt = begun; // first, because it may report before it returns
        begun.start(mayRepeat);
    }

    @Override
    public void connected(UpstreamConnection connection, boolean wasUsed) {
        HttpRequest head = outgoing;
        attempt = null;
        if (ended || head == null) {
            connection.close();
            return;
        }
        outpost = connection;
        reused = wasUsed;
        long now = passThrough.now();
        outpostAt = now;
        bodyAt = now;
        connection.send(head, this).addListener(sent -> headSent(sent.isSuccess()));
        if (!reused) {
            outgoing = null; // it will not be sent again
        }
        HttpContent part;
        while ((part = unsent.poll()) != null) {
            send(connection, part);
        }
        if (!hasBody) {
            connection.send(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        connection.flush();
        if (awaitsContinue && !requestComplete && !http10) {
            visitor.writeAndFlush(
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.CONTINUE,
                            Unpooled.EMPTY_BUFFER));
        }
        wanted();
    }

    private void headSent(boolean success) {
        if (success && !ended) {
            caller.sentOn();
        }
    }

    /** Whether more of the request may be read. */
    boolean wantsMore() {
        UpstreamConnection current = outpost;
        return requestComplete || answeredAll || (current != null && current.isWritable());
    }

    /** What to do as soon as more of the request is wanted. */
    void onceWanted(Runnable action) {
        onceWanted = action;
    }

    private void wanted() {
        Runnable action = onceWanted;
        if (action != null && wantsMore()) {
            onceWanted = null;
            action.run();
        }
    }

    /** Part of the body of the request has arrived. */
    void received(HttpContent part) {
        if (!hasBody || answeredAll) {
            part.release();
            return;
        }
        if (part.decoderResult().isFailure()) {
            part.release();
            answer(errorPage.unreadable(HttpResponseStatus.BAD_REQUEST));
            return;
        }
        unwanted = wantsMore() ? 0 : unwanted + part.content().readableBytes();
        if (unwanted > MOST_BYTES_UNWANTED) {
            part.release();
            cut();
            return;
        }
        bodyAt = passThrough.now();
        requestComplete = part instanceof LastHttpContent;
        HttpContent forwarded =
                requestComplete ? new DefaultLastHttpContent(part.content()) : part; // no trailers
        int bytes = forwarded.content().readableBytes();
        if (!caller.hold(bytes)) {
            forwarded.release();
            fail(FallbackReason.OVERLOAD);
            return;
        }
        UpstreamConnection current = outpost;
        if (current == null) {
            unsent.add(forwarded.copy()); // the original is part of a buffer that may be large
            forwarded.release();
        } else {
            outpostAt = bodyAt;
            send(current, forwarded);
        }
    }

    private void send(UpstreamConnection to, HttpContent part) {
        int bytes = part.content().readableBytes();
        to.send(part).addListener(written -> bodySent(bytes));
    }

    private void bodySent(int bytes) {
        if (!ended) {
            caller.release(bytes);
        }
    }

    /** All that has arrived of the request was handed over. */
    void receivedAll() {
        if (outpost != null && hasBody) {
            outpost.flush();
        }
    }

    @Override
    public void bytesArrived() {
        received = true;
        outgoing = null;
        outpostAt = passThrough.now();
    }

    @Override
    public boolean takeForHead(long bytes) {
        if (ended || !caller.hold(bytes)) {
            return ended;
        }
        headBytes += bytes;
        return true;
    }

    @Override
    public void head(HttpResponse head) {
        if (ended) {
            return;
        }
        answered = true;
        HttpResponse response = Messages.toVisitor(head, toHead, http10);
        boolean untilClose =
                http10 && !toHead && !response.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
        if (untilClose) {
            caller.endWithThisRequest();
        }
        visitor.write(response).addListener(written -> headWritten());
    }

    private void headWritten() {
        if (!ended) {
            caller.release(headBytes);
            headBytes = 0;
        }
    }

    @Override
    public void body(ByteBuf bytes) {
        if (ended) {
            bytes.release();
            return;
        }
        visitor.write(new DefaultHttpContent(bytes));
    }

    @Override
    public void handedOver() {
        if (answered) {
            visitor.flush();
            visitorWritable(visitor.channel().isWritable());
        }
    }

    /** The visitor takes more of the response, or no more for now. */
    void visitorWritable(boolean writable) {
        UpstreamConnection current = outpost;
        if (writable) {
            stillUnsent = NONE_UNSENT;
        }
        if (current != null) {
            current.setReading(writable);
            outpostAt = passThrough.now();
        }
    }

    @Override
    public void writable() {
        outpostAt = passThrough.now();
        bodyAt = outpostAt;
        wanted();
    }

    /** Ends when the visitor has taken the response: until then it takes up memory. */
    @Override
    public void complete() {
        outpost = null;
        if (!ended) {
            answeredAll = true;
            visitor.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(written -> end());
            wanted();
        }
    }

    @Override
    public void failed(FallbackReason reason) {
        outpost = null;
        attempt = null;
        if (ended) {
            return;
        }
        if (reused && mayRepeat && !received) {
            mayRepeat = false; // on a new connection, where it can only fail
            connect();
        } else {
            fail(reason);
        }
    }

    private void fail(FallbackReason reason) {
        answer(errorPage.of(reason));
    }

    /** Answers with a page of the guard; if too late for that, cuts the response off. */
    private void answer(FullHttpResponse page) {
        if (answered) {
            page.release();
            cut();
            return;
        }
        if (!requestComplete) {
            caller.endWithThisRequest();
        }
        answered = true;
        visitor.writeAndFlush(page);
        end();
    }

    private void cut() {
        if (http10) {
            // otherwise the end would look like that of the body
            visitor.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        end();
        visitor.close();
    }

    /** The visitor has left. */
    void cancel() {
        end();
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (timer != null) {
            timer.cancel(false);
        }
        if (attempt != null) {
            attempt.cancel();
        }
        if (outpost != null) {
            outpost.close();
            outpost = null;
        }
        outgoing = null;
        unsent.forEach(HttpContent::release);
        unsent.clear();
        if (place != null) {
            place.giveBack();
        }
        onEnd.accept(this);
    }

    /** Ends it if something takes too long. */
    private void check() {
        if (ended) {
            return;
        }
        long now = passThrough.now();
        Limits limits = passThrough.limits();
        if (isTooLong(limits, now)) {
            fail(FallbackReason.OVERLOAD);
        } else if (answeredAll) {
            checkVisitor(limits, now);
        } else if (outpost != null) {
            checkStreams(outpost, limits, now);
        } else if (attempt == null) {
            if (isOver(phaseAt, limits.placeTimeout(), now)) {
                fail(FallbackReason.OVERLOAD);
            }
        } else if (attempt.isResolving() && isOver(phaseAt, limits.readTimeout(), now)) {
            fail(FallbackReason.DNS);
        }
    }

    /** Whoever takes or sends a byte now and then could keep a place for ever. */
    private boolean isTooLong(Limits limits, long now) {
        Places.Place current = place;
        return (outpost != null || answeredAll)
                && isOver(phaseAt, limits.longestIfWanted(), now)
                && current != null
                && current.isWanted();
    }

    private void checkStreams(UpstreamConnection current, Limits limits, long now) {
        if (!visitor.channel().isWritable()) {
            checkVisitor(limits, now);
        } else if (!answered && !requestComplete && current.isWritable()) {
            if (isOver(bodyAt, limits.bodyTimeout(), now)) {
                answer(errorPage.unreadable(HttpResponseStatus.REQUEST_TIMEOUT));
            }
        } else if (isOver(outpostAt, limits.readTimeout(), now)) {
            fail(FallbackReason.READ_TIMEOUT);
        }
    }

    private void checkVisitor(Limits limits, long now) {
        Channel channel = visitor.channel();
        long pending = channel.bytesBeforeWritable() - channel.bytesBeforeUnwritable();
        if (pending != stillUnsent) {
            stillUnsent = pending;
            visitorAt = now;
        } else if (isOver(visitorAt, limits.visitorTimeout(), now)) {
            cut();
        }
    }

    private static boolean isOver(long since, Duration limit, long now) {
        return now - since >= limit.toNanos();
    }
}
