package dev.forwardguard.server;

import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.memory.BufferBudget.Share;
import dev.forwardguard.time.Ticker;

import io.netty.channel.Channel;

import java.util.concurrent.TimeUnit;

/**
 * A connection of a gateway to the guard's main port: what it is waiting for, and how much memory
 * it makes the guard hold. Only its event loop changes it, except for the flag that {@link
 * #endSoon()} sets. Other threads read only volatile and atomic fields.
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
    private final boolean admitted;
    private long requestBytes;
    private long fieldBytes;
    private long waiting;
    private long reserved;
    private long passing;
    private long kept;
    private boolean inBody;
    private boolean unanswered;
    private boolean ended;
    private boolean lastRequest;
    private boolean lastRequestRead;
    private volatile boolean unsent;
    private volatile boolean inHead;
    private volatile long since;
    private volatile boolean lastAnswerDue;

    /**
     * @param admitted whether the guard has room for it; if not, its first request is rejected
     */
    ClientConnection(Channel channel, Share share, Ticker ticker, boolean admitted) {
        this.channel = channel;
        this.share = share;
        this.ticker = ticker;
        this.admitted = admitted;
        this.since = ticker.nanos();
    }

    /**
     * Counts bytes that have arrived. Returns false if the guard cannot hold them. A large head
     * reserves more than has arrived: otherwise the first halves of 200 large heads would fill the
     * budget, and none of them could be completed.
     */
    boolean arrived(int bytes) {
        if (inBody || ended) {
            return true; // passed on or dropped as it arrives, nothing is held
        }
        if (unsent) {
            waiting += bytes;
            return admitted && reserve(requestBytes + fieldBytes + waiting);
        }
        if (!inHead) {
            inHead = true;
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
            return reserved >= LARGE_HEAD_BYTES
                    || (!share.isTakenByLarge(25) && reserve(LARGE_HEAD_BYTES));
        }
        return reserve(LARGEST_HEAD_BYTES);
    }

    private boolean reserve(long wanted) {
        long more = wanted - reserved;
        if (more <= 0) {
            return true;
        }
        if (!share.take(more)) {
            return false;
        }
        reserved = wanted;
        return true;
    }

    /**
     * Called when the head of a request is complete. Returns false if the guard cannot hold it.
     *
     * @param fields the number of its headers, which cost more than their bytes
     */
    boolean asked(int fields) {
        inHead = false;
        fieldBytes = (long) fields * BufferBudget.FIELD_BYTES;
        if (!reserve(requestBytes + fieldBytes)) {
            return false;
        }
        inBody = true;
        unanswered = true;
        unsent = true;
        giveBackReserved();
        return true;
    }

    private void giveBackReserved() {
        long needed = requestBytes + fieldBytes + waiting;
        if (reserved > needed) {
            share.giveBack(reserved - needed);
            reserved = needed;
        }
    }

    /**
     * Called when the body of a request is complete, or at once if it has none. Returns false if
     * the guard cannot hold what has arrived of the next request.
     *
     * @param next the number of bytes that have arrived of the next request
     */
    boolean askedAll(int next) {
        inBody = false;
        if (!unsent) {
            expectRequest(next);
            return reserve(requestBytes);
        }
        requestBytes = Math.max(0, requestBytes - next);
        waiting = next;
        return reserve(requestBytes + fieldBytes + waiting);
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
        if (!unsent) {
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
        reserved = waiting;
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

    /** Called when the last part of a response is written. */
    void answered() {
        unanswered = false;
    }

    /** Called when a response has been flushed. Releases what was held for its request. */
    void flushed() {
        unsent = false;
        passing = 0;
        releaseHead();
        share.endPassThrough();
        expectRequest(waiting);
    }

    /**
     * @param bytes what has arrived of the request already
     */
    private void expectRequest(long bytes) {
        since = ticker.nanos();
        requestBytes = bytes;
        fieldBytes = 0;
        waiting = 0;
        inHead = bytes > 0;
    }

    /**
     * Netty's header buffer doubles until the longest line fits, and never shrinks while the
     * connection lives. It is charged at half: it needs only its own bytes, while the budget
     * assumes three times the counted bytes on the heap.
     */
    private static long keptAfter(long requestBytes) {
        return requestBytes <= SMALL_HEAD_BYTES ? 0 : Long.highestOneBit(requestBytes - 1);
    }

    /**
     * Ends the connection with the response to the last request that has arrived, or else to the
     * next one.
     */
    void endSoon() {
        lastAnswerDue = true;
    }

    @Override
    public void endWithThisRequest() {
        lastRequest = true;
    }

    /** Called when no further request will be read. */
    void end() {
        ended = true;
    }

    /** Whether no further request will be read. */
    boolean hasEnded() {
        return ended;
    }

    @Override
    public void clientEndsWithThisRequest() {
        endWithThisRequest();
        lastRequestRead = !inBody;
    }

    /**
     * Whether nothing more can arrive. Bytes that arrive after a close make the system send a
     * reset.
     */
    boolean mayCloseAtOnce() {
        return lastRequestRead;
    }

    /**
     * Whether the response that is about to be written has to announce the end of the connection.
     */
    boolean isLastAnswer() {
        return unanswered
                && (lastRequest || (lastAnswerDue && waiting == 0) || costsTooMuchToKeep());
    }

    private boolean costsTooMuchToKeep() {
        return requestBytes > LARGE_HEAD_BYTES
                || (Math.max(requestBytes, kept) > SMALL_HEAD_BYTES && share.isTaken(75));
    }

    /** Whether no request is without a response. */
    boolean hasAnsweredAll() {
        return !unanswered;
    }

    /**
     * Whether no response is due on this connection. A response that is not flushed yet is lost if
     * another thread than the event loop closes the connection.
     */
    boolean isIdle() {
        return !unsent;
    }

    /** How long it has been waiting for a request, or for the rest of a head. */
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
                                    channel.pipeline().fireUserEventTriggered(RejectedRequest.SLOW);
                                }
                            });
        }
    }

    private boolean isHeadOlderThan(long nanos) {
        return inHead && isIdle() && waitingNanos() > nanos;
    }
}
