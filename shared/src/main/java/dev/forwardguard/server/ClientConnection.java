package dev.forwardguard.server;

import dev.forwardguard.memory.BufferBudget.Share;
import dev.forwardguard.time.Ticker;

import io.netty.channel.Channel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection of a gateway to the guard's main port: what it waits for, and what it makes the
 * guard hold. Its event loop writes it; other threads only call {@link #endSoon()} and read what is
 * volatile.
 */
final class ClientConnection {
    /** Most requests are smaller; the buffers of a connection for one of them do not count. */
    private static final int SMALL_HEAD_BYTES = 2 * 1024;

    /**
     * A head that is larger than this needs room for {@link #LARGE_HEAD_BYTES} at once. Cookies of
     * 16 KiB are not rare, and do not.
     */
    private static final int MEDIUM_HEAD_BYTES = 24 * 1024;

    /** After a request with a larger head the connection is not used again. */
    static final int LARGE_HEAD_BYTES = 64 * 1024;

    /** The largest request line and the largest headers that there can be. */
    private static final int LARGEST_HEAD_BYTES = (64 + 256) * 1024;

    private static final long READING_MILLIS = 20;

    private final Channel channel;
    private final Share share;
    private final Ticker ticker;
    private final boolean room;
    private long requestBytes;
    private long reserved;
    private long kept;
    private boolean inBody;
    private int unanswered;
    private final AtomicInteger unsent = new AtomicInteger();
    private volatile boolean inHead;
    private volatile long since;
    private volatile boolean lastAnswerDue;
    private boolean lastRequestRead;

    /**
     * @param room whether the guard has room for it; if not, its first request is refused
     */
    ClientConnection(Channel channel, Share share, Ticker ticker, boolean room) {
        this.channel = channel;
        this.share = share;
        this.ticker = ticker;
        this.room = room;
        this.since = ticker.nanos();
    }

    /**
     * Takes note of bytes that have arrived; false if the guard cannot hold them. A head that turns
     * out large needs room for more than has arrived: otherwise 200 of them would fill the budget
     * with their first halves, and none could be completed.
     */
    boolean arrived(int bytes) {
        if (inBody) {
            return true; // passed on as it comes, nothing is held
        }
        if (!inHead) {
            inHead = true;
            since = ticker.nanos();
        }
        requestBytes += bytes;
        return room && reserveForHead();
    }

    /** Half of the room is for the largest, of which those of medium size may be the beginnings. */
    private boolean reserveForHead() {
        if (requestBytes <= MEDIUM_HEAD_BYTES) {
            return reserve(requestBytes);
        }
        if (requestBytes <= LARGE_HEAD_BYTES) {
            return reserved >= LARGE_HEAD_BYTES
                    || (!share.isTaken(50) && reserve(LARGE_HEAD_BYTES));
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

    /** The head of a request is complete. */
    void asked() {
        inHead = false;
        inBody = true;
        unanswered++;
        unsent.incrementAndGet();
        if (reserved > requestBytes) {
            share.giveBack(reserved - requestBytes);
            reserved = requestBytes;
        }
    }

    /** So is its body, or it has none. */
    void askedAll() {
        inBody = false;
    }

    /** The last part of an answer is on its way. */
    void answered() {
        unanswered--;
    }

    /** An answer has left, and with it what was held for it. */
    void flushed() {
        since = ticker.nanos();
        unsent.decrementAndGet();
        if (unanswered == 0 && !inHead) {
            kept = Math.max(kept, keptAfter(requestBytes));
            share.keep(kept);
            requestBytes = 0;
            reserved = 0;
        }
    }

    /**
     * Netty keeps a buffer for the longest header line for as long as the connection lives, which
     * doubles when it grows. It counts half: it needs no more than its own bytes, and what the
     * budget counts otherwise needs three times as many.
     */
    private static long keptAfter(long requestBytes) {
        return requestBytes <= SMALL_HEAD_BYTES ? 0 : Long.highestOneBit(requestBytes - 1);
    }

    /** After what is being answered now, this connection is to end. */
    void endSoon() {
        lastAnswerDue = true;
    }

    /** The client has said that its request is the last one. */
    void endsWithThisRequest() {
        endSoon();
        lastRequestRead = !inBody;
    }

    /** Whether nothing follows of which the client could be told only by a reset. */
    boolean mayCloseAtOnce() {
        return lastRequestRead;
    }

    /** Whether the answer that is about to be written should say that it is the last one. */
    boolean isLastAnswer() {
        return unanswered == 1 && (lastAnswerDue || costsTooMuchToKeep());
    }

    private boolean costsTooMuchToKeep() {
        return requestBytes > LARGE_HEAD_BYTES
                || (Math.max(requestBytes, kept) > SMALL_HEAD_BYTES && share.isTaken(75));
    }

    /** Whether no request waits for its turn to be answered. */
    boolean hasAnsweredAll() {
        return unanswered == 0;
    }

    /**
     * Whether nobody waits for an answer on it. Until it has left, an answer is lost if the
     * connection is closed by somebody else than its event loop.
     */
    boolean isIdle() {
        return unsent.get() == 0;
    }

    /** For how long it has been waiting for a request, or for the rest of its head. */
    long waitingNanos() {
        return ticker.nanos() - since;
    }

    /**
     * Ends it if nobody waits for an answer; not before its event loop has had time to read what
     * may have arrived already.
     *
     * @param spared what to do if somebody does wait
     */
    void closeIfIdle(Runnable spared) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (isIdle()) {
                                channel.close();
                            } else if (channel.isOpen()) {
                                spared.run();
                            }
                        },
                        READING_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    void close() {
        channel.close();
    }

    /** Answers at once if the head of a request has been arriving for longer than this. */
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
