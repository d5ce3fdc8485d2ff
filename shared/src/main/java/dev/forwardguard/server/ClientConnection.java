package dev.forwardguard.server;

import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.memory.BufferBudget.Share;
import dev.forwardguard.time.Ticker;

import io.netty.channel.Channel;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A connection of a gateway to the guard's main port: what it is waiting for, and how much memory
 * it makes the guard hold. Only its event loop changes it. Other threads read only volatile and
 * atomic fields.
 */
final class ClientConnection implements CallerConnection {
    /** Most requests are smaller. What Netty's buffers keep after one of them is not counted. */
    private static final int SMALL_HEAD_BYTES = 2 * 1024;

    /**
     * A head that is larger than this reserves {@link #LARGE_HEAD_BYTES} at once. Cookies of 16 KiB
     * are not rare, and stay below this.
     */
    private static final int MEDIUM_HEAD_BYTES = 24 * 1024;

    /** After a request with a larger head, the connection is not reused. */
    static final int LARGE_HEAD_BYTES = 64 * 1024;

    /** The largest possible request line and header section together. */
    private static final int LARGEST_HEAD_BYTES = (64 + 256) * 1024;

    /** Nothing more is read while more than this waits for its turn. */
    private static final int MOST_WAITING_BYTES = 64 * 1024;

    private static final long READING_MILLIS = 20;

    private final Channel channel;
    private final Share share;
    private final Ticker ticker;
    private final BooleanSupplier draining;
    private final boolean admitted;
    private Ending ending = Ending.OPEN;

    /** What has arrived of the current request for Netty's decoder, which keeps a buffer for it. */
    private long requestBytes;

    /** What the current request takes besides that. */
    private long fieldBytes;

    private long waiting;
    private long kept;
    private long passing;
    private volatile Reading reading = Reading.NOTHING;
    private volatile Writing writing = Writing.NOTHING;
    private volatile long since;

    /** How far the current request has been read. */
    enum Reading {
        /** Nothing of it has arrived. */
        NOTHING,
        HEAD,
        BODY,
        /** Its body, which is chunked. */
        CHUNKS,
        TRAILERS,
        /** All of it. The next one is read when the response has been sent. */
        COMPLETE,
        /** All of it, but there is no memory for the next one. */
        COMPLETE_AND_FULL,
        /** What arrives is dropped. */
        OVER;

        boolean isInBody() {
            return this == BODY || this == CHUNKS || this == TRAILERS;
        }
    }

    /** How far the current response has been written. */
    private enum Writing {
        /** None is due, or all of it was flushed. */
        NOTHING,
        DUE,
        /** It is due, and an interim one is written. */
        INTERIM,
        /** All of it, but it is not flushed. */
        WRITTEN
    }

    /** Whether the connection ends. */
    private enum Ending {
        OPEN,
        /** With the response to the current request. */
        WITH_RESPONSE,
        /** Likewise, and the client has announced that it sends nothing more. */
        WITH_RESPONSE_BY_CLIENT,
        /** No further request will be read. */
        ENDED,
        ENDED_BY_CLIENT
    }

    /**
     * @param draining whether the connection ends with the response to the last request that has
     *     arrived, or else to the next one
     * @param admitted whether the guard has room for it; if not, its first request is rejected
     */
    ClientConnection(
            Channel channel,
            Share share,
            Ticker ticker,
            BooleanSupplier draining,
            boolean admitted) {
        this.channel = channel;
        this.share = share;
        this.ticker = ticker;
        this.draining = draining;
        this.admitted = admitted;
        this.since = ticker.nanos();
    }

    /**
     * Counts bytes that have arrived. Returns false if the guard cannot hold them. A large head
     * reserves more than has arrived: otherwise the first halves of 200 large heads would fill the
     * budget, and none of them could be completed.
     */
    boolean arrived(int bytes) {
        if (isInBody() || isOver() || reading == Reading.COMPLETE_AND_FULL) {
            if (!isIdle()) { // the rest of a body that was answered early does not count
                progresses();
            }
            return true; // passed on or dropped as it arrives, nothing is held
        }
        if (!isIdle()) {
            waiting += bytes;
            return admitted && reserve(requestBytes + fieldBytes + waiting);
        }
        if (reading == Reading.NOTHING) {
            reading = Reading.HEAD;
            since = ticker.nanos();
        }
        requestBytes += bytes;
        return admitted && reserveForHead();
    }

    /**
     * Whether enough of the next requests has arrived to wait until the current one is answered.
     */
    boolean hasEnoughWaiting() {
        return waiting > MOST_WAITING_BYTES;
    }

    /**
     * Reserves memory for the head. Medium heads may use only half of what large ones may. The rest
     * is for the largest heads, and a medium head may be the beginning of one of those.
     */
    private boolean reserveForHead() {
        if (requestBytes <= MEDIUM_HEAD_BYTES) {
            return reserve(requestBytes);
        }
        if (requestBytes <= LARGE_HEAD_BYTES) {
            return reserved() >= LARGE_HEAD_BYTES
                    || (!share.isTakenByLarge(25) && reserve(LARGE_HEAD_BYTES));
        }
        return reserve(LARGEST_HEAD_BYTES);
    }

    /** What is held for the head and for what waits behind it. */
    private long reserved() {
        return share.held() - kept - passing;
    }

    private boolean reserve(long wanted) {
        long more = wanted - reserved();
        return more <= 0 || share.take(more);
    }

    /**
     * Called when the head of a request is complete. Returns false if the guard cannot hold it.
     *
     * @param fields the number of its headers, which cost more than their bytes
     * @param fast whether it was read without Netty's decoder
     */
    boolean asked(int fields, boolean chunked, boolean fast) {
        fieldBytes = (long) fields * BufferBudget.FIELD_BYTES;
        if (fast) {
            fieldBytes += requestBytes;
            requestBytes = 0;
        }
        if (!reserve(requestBytes + fieldBytes)) {
            reading = Reading.OVER;
            return false;
        }
        reading = chunked ? Reading.CHUNKS : Reading.BODY;
        writing = Writing.DUE;
        long unneeded = reserved() - (requestBytes + fieldBytes + waiting);
        if (unneeded > 0) {
            share.giveBack(unneeded);
        }
        return true;
    }

    boolean isInBody() {
        return reading.isInBody();
    }

    /** How far the current request has been read. */
    Reading reading() {
        return reading;
    }

    void trailersBegin() {
        reading = Reading.TRAILERS;
    }

    /**
     * Called when the body of a request is complete, or at once if it has none. Returns false if
     * the guard cannot hold what has arrived of the next request.
     *
     * @param next the number of bytes that have arrived of the next request
     */
    boolean askedAll(int next) {
        if (isIdle()) {
            expectRequest(next);
            return reserve(requestBytes);
        }
        reading = Reading.COMPLETE;
        requestBytes = Math.max(0, requestBytes - next);
        waiting = next;
        return reserve(requestBytes + fieldBytes + waiting);
    }

    /**
     * Called when what has arrived is rejected. Returns whether the client can be told now; if not,
     * it is told when the response that is due has been sent.
     */
    boolean reject() {
        reading = isIdle() ? Reading.OVER : Reading.COMPLETE_AND_FULL;
        return isIdle();
    }

    /** Called when what arrives can no longer be read. */
    void over() {
        reading = Reading.OVER;
    }

    /** Whether what arrives next is no request that could be read. */
    boolean isOver() {
        return reading == Reading.OVER || (hasEnded() && !isInBody());
    }

    @Override
    public boolean passThrough() {
        return share.passThrough();
    }

    /**
     * What Netty's buffer keeps stays counted, even while the response takes its time, and so does
     * what has arrived of the next request.
     */
    @Override
    public void sentOn() {
        if (isIdle()) {
            return;
        }
        if (requestBytes > LARGE_HEAD_BYTES) {
            endWithThisRequest(); // nothing else remembers how large it was
        }
        releaseHead();
    }

    private void releaseHead() {
        kept = Math.max(kept, keptAfter(requestBytes));
        requestBytes = 0;
        fieldBytes = 0;
        share.keep(kept + waiting + passing);
    }

    @Override
    public boolean hold(long bytes) {
        if (!share.take(bytes)) {
            return false;
        }
        passing += bytes;
        return true;
    }

    @Override
    public void release(long bytes) {
        passing -= bytes;
        share.giveBack(bytes);
    }

    /** Called when the head of a response is written. */
    void responds(boolean interim) {
        if (!hasAnsweredAll()) {
            writing = interim ? Writing.INTERIM : Writing.DUE;
        }
    }

    boolean isInterim() {
        return writing == Writing.INTERIM;
    }

    /** Called when the last part of a response is written. */
    void answered() {
        writing = Writing.WRITTEN;
    }

    /** Called when a response has been flushed. Releases what was held for its request. */
    void flushed() {
        writing = Writing.NOTHING;
        passing = 0;
        releaseHead();
        share.endPassThrough();
        if (reading == Reading.COMPLETE) {
            expectRequest(waiting);
        } else {
            since = ticker.nanos();
        }
    }

    /**
     * @param bytes what has arrived of the request already
     */
    private void expectRequest(long bytes) {
        since = ticker.nanos();
        requestBytes = bytes;
        fieldBytes = 0;
        waiting = 0;
        reading = bytes > 0 ? Reading.HEAD : Reading.NOTHING;
    }

    /**
     * Netty's header buffer doubles until the longest line fits, and never shrinks while the
     * connection lives. It is charged at half: it needs only its own bytes, while the budget
     * assumes three times the counted bytes on the heap.
     */
    private static long keptAfter(long requestBytes) {
        return requestBytes <= SMALL_HEAD_BYTES ? 0 : Long.highestOneBit(requestBytes - 1);
    }

    @Override
    public void endWithThisRequest() {
        if (ending == Ending.OPEN) {
            ending = Ending.WITH_RESPONSE;
        }
    }

    /**
     * Called when the client has announced that this request is its last. Once all of it was read,
     * the connection is closed without waiting for the client.
     */
    void clientEndsWithThisRequest() {
        ending = hasEnded() ? Ending.ENDED_BY_CLIENT : Ending.WITH_RESPONSE_BY_CLIENT;
    }

    /** Called when no further request will be read. */
    void end() {
        ending =
                ending == Ending.WITH_RESPONSE_BY_CLIENT || ending == Ending.ENDED_BY_CLIENT
                        ? Ending.ENDED_BY_CLIENT
                        : Ending.ENDED;
    }

    /** Whether no further request will be read. */
    boolean hasEnded() {
        return ending == Ending.ENDED || ending == Ending.ENDED_BY_CLIENT;
    }

    /**
     * Whether nothing more can arrive on a connection that has ended. Bytes that arrive after a
     * close make the system send a reset.
     */
    boolean mayCloseAtOnce() {
        return ending == Ending.ENDED_BY_CLIENT && !isInBody() && reading != Reading.OVER;
    }

    /**
     * Whether the response that is about to be written has to announce the end of the connection.
     */
    boolean isLastAnswer() {
        return !hasAnsweredAll()
                && (ending != Ending.OPEN
                        || (draining.getAsBoolean() && waiting == 0)
                        || costsTooMuchToKeep());
    }

    private boolean costsTooMuchToKeep() {
        return requestBytes > LARGE_HEAD_BYTES
                || (Math.max(requestBytes, kept) > SMALL_HEAD_BYTES && share.isTaken(75));
    }

    /** Whether no request is without a response. */
    boolean hasAnsweredAll() {
        return writing == Writing.NOTHING || writing == Writing.WRITTEN;
    }

    /**
     * Whether no response is due on this connection. A response that is not flushed yet is lost if
     * another thread than the event loop closes the connection.
     */
    boolean isIdle() {
        return writing == Writing.NOTHING;
    }

    /** Called when more of a message that is passed through has arrived or was written. */
    void progresses() {
        since = ticker.nanos();
    }

    /** How long it has been waiting: for a request, the rest of a head, or more of a body. */
    long waitingNanos() {
        return ticker.nanos() - since;
    }

    /**
     * Closes the connection if it is idle. Waits until its event loop has had time to read what may
     * have arrived already.
     *
     * @param ifBusy runs instead if a response is due by then
     */
    void closeIfIdle(Runnable ifBusy) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (isIdle()) {
                                channel.close();
                            } else if (channel.isOpen()) {
                                ifBusy.run();
                            }
                        },
                        READING_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    void close() {
        channel.close();
    }

    /** Rejects the request if its head has been arriving for longer than this. */
    void rejectIfHeadTakesLongerThan(long nanos) {
        if (isHeadOlderThan(nanos)) {
            channel.eventLoop()
                    .execute(
                            () -> {
                                if (isHeadOlderThan(nanos)) {
                                    channel.pipeline().fireChannelRead(RejectedRequest.SLOW);
                                }
                            });
        }
    }

    /** Closes the connection if it has been waiting for longer than this, whatever for. */
    void closeIfWaitingLongerThan(long nanos) {
        if (waitingNanos() > nanos) {
            channel.eventLoop()
                    .execute(
                            () -> {
                                if (waitingNanos() > nanos) {
                                    channel.close();
                                }
                            });
        }
    }

    private boolean isHeadOlderThan(long nanos) {
        return reading == Reading.HEAD && isIdle() && waitingNanos() > nanos;
    }
}
