package dev.forwardguard.authentik.login;

import com.github.benmanes.caffeine.cache.Cache;

import dev.forwardguard.htpasswd.HtpasswdEntry;
import dev.forwardguard.time.Ticker;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Wrong passwords of the last minute: the same one from the same address is not another guess.
 * Browsers send it again for each part of a page.
 *
 * <p>Firefox also sends it in a loop: an application with Basic of its own asks for one password
 * and this guard for another, and the browser tries both in turn, hundreds of times a second,
 * without a dialog (nsHttpChannelAuthProvider.cpp, GetCredentialsForChallenge). So it is told apart
 * from somebody who types. Whether there is such a user makes no difference, because that is
 * nobody's business.
 */
final class RejectedPasswords {
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    /** So often within {@link #LATELY} it is no loop yet. */
    static final int FEW = 3;

    private static final long LATELY = Duration.ofSeconds(10).toNanos();

    private final Ticker ticker;
    private final Cache<ByteBuffer, Rejection> rejections;

    /**
     * @param capacity how many are remembered
     */
    RejectedPasswords(Ticker ticker, int capacity) {
        this.ticker = ticker;
        rejections = RecentTable.create(ticker, REMEMBERED, capacity);
    }

    /**
     * Remembers a wrong password.
     *
     * @param entry that it was checked against; empty if there is no such user
     */
    void add(ByteBuffer fingerprint, Optional<HtpasswdEntry> entry) {
        rejections.put(fingerprint, new Rejection(entry, ticker.nanos()));
    }

    /**
     * Whether a password is known to be wrong.
     *
     * @param entry that is in force for its user
     */
    boolean include(ByteBuffer fingerprint, Optional<HtpasswdEntry> entry) {
        Rejection before = rejections.getIfPresent(fingerprint);
        return before != null && before.entry.equals(entry);
    }

    /** Counts that a browser is asked for another one, and returns whether that is of no use. */
    boolean isInLoop(ByteBuffer fingerprint) {
        Rejection before = rejections.getIfPresent(fingerprint);
        return before != null && before.again(ticker.nanos()) > FEW;
    }

    private static final class Rejection {
        private final Optional<HtpasswdEntry> entry;
        private long since;
        private int times;

        Rejection(Optional<HtpasswdEntry> entry, long now) {
            this.entry = entry;
            this.since = now;
        }

        /** Returns how often it was asked for another one lately, this time included. */
        synchronized int again(long now) {
            if (now - since > LATELY) {
                since = now;
                times = 0;
            }
            times++;
            return times;
        }
    }
}
