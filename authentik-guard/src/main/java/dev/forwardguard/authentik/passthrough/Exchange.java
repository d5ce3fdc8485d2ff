package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.ClientAuthorization;
import dev.forwardguard.authentik.SessionChange;
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
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
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

import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One request that is passed through, from its head to the end of its response. Owns everything
 * that it needs: the place, the connection to the outpost, the timer, and the body. All of that is
 * released when it ends, which it does exactly once. Lives on the event loop of the visitor's
 * connection.
 */
final class Exchange implements ResponseReceiver {
    /** Methods whose requests may be sent again when a kept connection turns out to be closed. */
    private static final Set<HttpMethod> REPEATABLE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private static final int MOST_BYTES_KEPT_FOR_REPEAT = 8 * 1024;

    private static final long CHECK_MILLIS = 200;

    /** What it waits for. */
    private enum Phase {
        /** A place. */
        PLACE,
        /** A connection to the outpost. */
        CONNECTION,
        /** The rest of the request, and of the response. */
        STREAMS,
        /** The visitor, who has not taken all of the response: until then it takes up memory. */
        VISITOR,
        /** Nothing: it has ended. */
        NOTHING
    }

    private final PassThrough passThrough;
    private final AuthentikSettings settings;
    private final CallerConnection caller;
    private final ChannelHandlerContext visitor;
    private final Consumer<Exchange> onEnd;
    private final ErrorPage errorPage;
    private final RequestBody body;
    private final Timeouts timeouts;
    private final boolean awaitsContinue;
    private final boolean http10;
    private final boolean toHead;

    private Phase phase = Phase.PLACE;

    /** Forgets what the visitor was allowed, if this is a sign-out. */
    private Runnable signOut = () -> {};

    /** What to send; null when it will not be sent again. */
    private @Nullable HttpRequest outgoing;

    private boolean mayRepeat;
    private Places.@Nullable Place place;
    private @Nullable Attempt attempt;
    private @Nullable UpstreamConnection outpost;
    private @Nullable Future<?> timer;
    private @Nullable Runnable onceWanted;
    private boolean answered;
    private long headBytes;

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
        this.body = new RequestBody(head, caller);
        this.timeouts = new Timeouts(passThrough.limits(), passThrough::now);
        this.http10 = !head.protocolVersion().isKeepAliveDefault();
        this.awaitsContinue = HttpUtil.is100ContinueExpected(head);
        this.toHead = HttpMethod.HEAD.equals(head.method());
    }

    void start(HttpRequest head, AuthRequest target) {
        timeouts.begin();
        GuardSettings now = settings.guard();
        if (SessionChange.isSignOut(target)) {
            signOut = passThrough.verdicts().signOut(head.headers(), settings.verdicts());
            signOut.run(); // whatever the outpost says, or if it says nothing
        }
        if (now.mode() == Mode.FALLBACK) {
            fail(FallbackReason.FORCED);
        } else if (!caller.passThrough()) {
            fail(FallbackReason.OVERLOAD);
        } else {
            var authorization = ClientAuthorization.of(head.headers(), passThrough.users());
            outgoing = Messages.toOutpost(head, target, authorization, now.upstream());
            mayRepeat = !body.exists() && REPEATABLE.contains(head.method()) && isSmall(outgoing);
            awaitPlace(
                    now.clientAddress()
                            .resolveVisitor(head.headers(), visitor.channel().remoteAddress()));
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

    private void awaitPlace(ClientAddress address) {
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
        if (!ended()) {
            connect();
        }
    }

    private void connect() {
        phase = Phase.CONNECTION;
        timeouts.begin();
        Attempt begun =
                passThrough
                        .pool(visitor.channel().eventLoop())
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
        if (ended() || head == null) {
            connection.close();
            return;
        }
        phase = Phase.STREAMS;
        outpost = connection;
        timeouts.outpostMoves();
        timeouts.bodyMoves();
        connection
                .send(head, this)
                .addListener(
                        sent -> {
                            if (sent.isSuccess() && !ended()) {
                                caller.sentOn();
                            }
                        });
        if (!wasUsed) {
            outgoing = null;
        }
        body.sendTo(connection);
        connection.flush();
        if (awaitsContinue && !body.isComplete() && !http10) {
            visitor.writeAndFlush(
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.CONTINUE,
                            Unpooled.EMPTY_BUFFER));
        }
        wanted();
    }

    /** Whether more of the request may be read. */
    boolean wantsMore() {
        UpstreamConnection current = outpost;
        return body.isComplete()
                || phase == Phase.VISITOR
                || (current != null && current.isWritable());
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
        if (!body.exists() || phase == Phase.VISITOR) {
            part.release();
        } else if (part.decoderResult().isFailure()) {
            part.release();
            answer(errorPage.unreadable(HttpResponseStatus.BAD_REQUEST));
        } else if (!body.isExpected(part, wantsMore())) {
            part.release();
            cut();
        } else if (!body.take(part, outpost)) {
            fail(FallbackReason.OVERLOAD);
        } else {
            timeouts.bodyMoves();
            timeouts.outpostMoves();
        }
    }

    /** All that has arrived of the request was handed over. */
    void receivedAll() {
        if (outpost != null && body.exists()) {
            outpost.flush();
        }
    }

    @Override
    public void bytesArrived() {
        outgoing = null;
        timeouts.outpostMoves();
    }

    @Override
    public boolean takeForHead(long bytes) {
        boolean held = caller.hold(bytes);
        headBytes += held ? bytes : 0;
        return held;
    }

    @Override
    public void head(HttpResponse head) {
        answered = true;
        signOut.run(); // what was allowed until the outpost had ended the session
        HttpResponse response = Messages.toVisitor(head, toHead, http10);
        boolean untilClose =
                http10 && !toHead && !response.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
        if (untilClose) {
            caller.endWithThisRequest();
        }
        visitor.write(response).addListener(written -> headWritten());
    }

    private void headWritten() {
        if (!ended()) {
            caller.release(headBytes);
            headBytes = 0;
        }
    }

    @Override
    public void body(ByteBuf bytes) {
        if (ended()) {
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
            timeouts.visitorKeepsUp();
        }
        if (current != null) {
            current.setReading(writable);
            timeouts.outpostMoves();
        }
    }

    @Override
    public void writable() {
        timeouts.outpostMoves();
        timeouts.bodyMoves();
        wanted();
    }

    @Override
    public void complete() {
        outpost = null;
        phase = Phase.VISITOR;
        visitor.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(written -> end());
        wanted();
    }

    @Override
    public void failed(FallbackReason reason) {
        outpost = null;
        attempt = null;
        // it was sent on a kept connection, which has not answered with a single byte
        if (phase == Phase.STREAMS && mayRepeat && outgoing != null) {
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
        if (!body.isComplete()) {
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

    private boolean ended() {
        return phase == Phase.NOTHING;
    }

    /** Ends it, whatever it waits for. */
    void end() {
        if (ended()) {
            return;
        }
        phase = Phase.NOTHING;
        signOut.run(); // the outpost may have ended the session without an answer
        body.discard();
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
        if (place != null) {
            place.giveBack();
        }
        onEnd.accept(this);
    }

    /** Ends it if something takes too long. */
    private void check() {
        switch (phase) {
            case PLACE -> failIf(timeouts.placeIsOverdue(), FallbackReason.OVERLOAD);
            case CONNECTION ->
                    failIf(
                            attempt != null && attempt.isResolving() && timeouts.nameIsOverdue(),
                            FallbackReason.DNS);
            case STREAMS, VISITOR -> {
                if (placeIsNeeded()) {
                    fail(FallbackReason.OVERLOAD);
                } else if (phase == Phase.VISITOR || !visitor.channel().isWritable()) {
                    checkVisitor();
                } else {
                    checkOutpost();
                }
            }
            case NOTHING -> {}
        }
    }

    private void failIf(boolean overdue, FallbackReason reason) {
        if (overdue) {
            fail(reason);
        }
    }

    private boolean placeIsNeeded() {
        Places.Place current = place;
        return timeouts.othersHaveWaitedLongEnough() && current != null && current.isWanted();
    }

    private void checkVisitor() {
        if (timeouts.visitorIsOverdue(visitor.channel())) {
            cut();
        }
    }

    private void checkOutpost() {
        UpstreamConnection current = outpost;
        boolean awaitsBody = current != null && current.isWritable() && !body.isComplete();
        if (awaitsBody && !answered) {
            if (timeouts.bodyIsOverdue()) {
                answer(errorPage.unreadable(HttpResponseStatus.REQUEST_TIMEOUT));
            }
        } else {
            failIf(timeouts.outpostIsOverdue(), FallbackReason.READ_TIMEOUT);
        }
    }
}
