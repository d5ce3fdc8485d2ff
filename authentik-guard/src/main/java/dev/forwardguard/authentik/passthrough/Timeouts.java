package dev.forwardguard.authentik.passthrough;

import io.netty.channel.Channel;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Since when an exchange waits for each of those that take part in it, and whether for too long.
 */
final class Timeouts {
    /** No number of bytes that a connection can tell. */
    private static final long NONE_UNSENT = Long.MIN_VALUE;

    private final Limits limits;
    private final LongSupplier clock;
    private long begunAt;
    private long bodyAt;
    private long outpostAt;
    private long visitorAt;
    private long unsent = NONE_UNSENT;

    Timeouts(Limits limits, LongSupplier clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /** The exchange begins to wait for a place, or to connect. */
    void begin() {
        begunAt = clock.getAsLong();
    }

    /** The outpost takes or sends something, or is not asked to. */
    void outpostMoves() {
        outpostAt = clock.getAsLong();
    }

    /** Part of the body of the request arrives, or is wanted again. */
    void bodyMoves() {
        bodyAt = clock.getAsLong();
    }

    /** The visitor takes the response as fast as it comes. */
    void visitorKeepsUp() {
        unsent = NONE_UNSENT;
    }

    boolean placeIsOverdue() {
        return isOver(begunAt, limits.placeTimeout());
    }

    boolean nameIsOverdue() {
        return isOver(begunAt, limits.readTimeout());
    }

    boolean bodyIsOverdue() {
        return isOver(bodyAt, limits.bodyTimeout());
    }

    boolean outpostIsOverdue() {
        return isOver(outpostAt, limits.readTimeout());
    }

    /** Whoever takes or sends a byte now and then could keep a place for ever. */
    boolean othersHaveWaitedLongEnough() {
        return isOver(begunAt, limits.longestIfWanted());
    }

    /** Whether the visitor, who has not taken all of the response, has long taken none of it. */
    boolean visitorIsOverdue(Channel visitor) {
        long pending = visitor.bytesBeforeWritable() - visitor.bytesBeforeUnwritable();
        if (pending != unsent) {
            unsent = pending;
            visitorAt = clock.getAsLong();
            return false;
        }
        return isOver(visitorAt, limits.visitorTimeout());
    }

    private boolean isOver(long since, Duration limit) {
        return clock.getAsLong() - since >= limit.toNanos();
    }
}
