package dev.forwardguard.verdict;

import dev.forwardguard.time.Ticker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The remembered verdicts, by what was asked and by user, bounded in bytes and per user. Those that
 * were given longest ago go first: of the same user if there are any, then of all.
 *
 * <p>A user who is forgotten stays forgotten: an allow of before that arrives later is not
 * remembered. Thread-safe. One lock for both tables: it is held for a few look-ups.
 */
final class VerdictStore {
    /** Of one user: hosts times browsers. A flood of sessions of one user is no more than that. */
    static final int MOST_OF_ONE_USER = 32;

    private static final int STRIPES = 1024;

    private final long mostBytes;
    private final Ticker ticker;

    /** The eldest first. */
    private final LinkedHashMap<VerdictKey, RememberedVerdict> all = new LinkedHashMap<>();

    /** The keys of each user, the eldest first. */
    private final Map<String, LinkedHashMap<VerdictKey, Boolean>> users = new HashMap<>();

    /**
     * When a user, a cookie or a key of this hash was last forgotten, by {@link #turn}: what is in
     * flight need not be in the tables. Two with one hash cost each other one upstream request.
     */
    private final long[] forgotten = new long[STRIPES];

    /** Those whose verdict was used in this outage. */
    private final Set<VerdictKey> used = new HashSet<>();

    private long turn;
    private long cleared;
    private long bytes;
    private long longest;

    /**
     * @param mostBytes of the heap
     */
    VerdictStore(long mostBytes, Ticker ticker) {
        this.mostBytes = mostBytes;
        this.ticker = ticker;
    }

    /** Forgets everything, and from now on what is older than this many nanoseconds. */
    synchronized void clear(long longestNanos) {
        all.clear();
        users.clear();
        used.clear();
        bytes = 0;
        cleared = ++turn;
        longest = longestNanos;
    }

    /** The turn in which a request is sent. Who is forgotten in a later one is not remembered. */
    synchronized long turn() {
        return turn;
    }

    /** The verdict under this key; empty if it is older than this many nanoseconds. */
    synchronized Optional<RememberedVerdict> find(VerdictKey key, long within) {
        RememberedVerdict found = all.get(key);
        return found != null && ticker.nanos() - found.askedAt() < within
                ? Optional.of(found)
                : Optional.empty();
    }

    /**
     * Whether a remembered verdict is used without asking for the first time since it was given.
     */
    synchronized boolean isFirstUse(VerdictKey key) {
        return all.containsKey(key) && used.add(key);
    }

    /**
     * Remembers a verdict instead of the one before.
     *
     * @param asked the turn in which its request was sent
     */
    synchronized void put(VerdictKey key, RememberedVerdict verdict, long asked) {
        expire();
        if (isForgotten(key, verdict, asked)) {
            return;
        }
        RememberedVerdict before = all.get(key);
        if (before != null && before.askedAt() - verdict.askedAt() > 0) {
            return; // answered later, asked earlier
        }
        remove(key);
        if (verdict.bytes() > mostBytes) {
            return;
        }
        var own = users.computeIfAbsent(verdict.user(), any -> new LinkedHashMap<>());
        while (!own.isEmpty()
                && (own.size() >= MOST_OF_ONE_USER || bytes + verdict.bytes() > mostBytes)) {
            remove(own.firstEntry().getKey());
        }
        while (bytes + verdict.bytes() > mostBytes) {
            remove(all.firstEntry().getKey());
        }
        users.computeIfAbsent(verdict.user(), any -> own).put(key, true);
        all.put(key, verdict);
        bytes += verdict.bytes();
    }

    private boolean isForgotten(VerdictKey key, RememberedVerdict verdict, long asked) {
        boolean since =
                asked < cleared
                        || asked < forgotten[stripe(verdict.user().hashCode())]
                        || asked < forgotten[stripe(key.hashCode())];
        for (long cookie : verdict.cookies()) {
            since |= asked < forgotten[stripe(Long.hashCode(cookie))];
        }
        return since;
    }

    /** Forgets what is under one key. */
    synchronized void remove(VerdictKey key) {
        RememberedVerdict gone = all.remove(key);
        if (gone == null) {
            return;
        }
        bytes -= gone.bytes();
        used.remove(key);
        LinkedHashMap<VerdictKey, Boolean> own = users.get(gone.user());
        if (own != null) {
            own.remove(key);
            if (own.isEmpty()) {
                users.remove(gone.user());
            }
        }
    }

    /** Forgets the user of the verdict under this key, at all hosts and in all browsers. */
    synchronized void forgetUserOf(VerdictKey key) {
        expire();
        forgotten[stripe(key.hashCode())] = ++turn;
        RememberedVerdict known = all.get(key);
        if (known != null) {
            forget(known.user());
        }
    }

    /** Forgets the users who have one of these cookies in a session, likewise. */
    synchronized void forgetUsersOf(long[] cookies) {
        expire();
        for (long cookie : cookies) {
            forgotten[stripe(Long.hashCode(cookie))] = ++turn;
        }
        List<String> found = new ArrayList<>();
        for (RememberedVerdict each : all.values()) {
            if (haveCommon(each.cookies(), cookies)) {
                found.add(each.user());
            }
        }
        found.forEach(this::forget);
    }

    private static boolean haveCommon(long[] some, long[] others) {
        for (long one : some) {
            for (long other : others) {
                if (one == other) {
                    return true;
                }
            }
        }
        return false;
    }

    private void forget(String user) {
        forgotten[stripe(user.hashCode())] = ++turn;
        LinkedHashMap<VerdictKey, Boolean> own = users.get(user);
        if (own != null) {
            List.copyOf(own.keySet()).forEach(this::remove);
        }
    }

    private static int stripe(int hash) {
        return (hash ^ hash >>> 16) & (STRIPES - 1);
    }

    /** Removes what is too old to be used: tokens of users are in it. */
    synchronized void expire() {
        long now = ticker.nanos();
        while (!all.isEmpty() && now - all.firstEntry().getValue().askedAt() >= longest) {
            remove(all.firstEntry().getKey());
        }
    }

    synchronized int size() {
        return all.size();
    }

    /** How many are used without asking, in an outage. */
    synchronized int used() {
        return used.size();
    }

    synchronized int users() {
        return users.size();
    }

    synchronized long bytes() {
        return bytes;
    }
}
