package dev.forwardguard.verdict;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.client.ClientNetwork;
import dev.forwardguard.time.Ticker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The remembered verdicts, by what was asked and by user, bounded in bytes and per user. Those that
 * were given longest ago go first: of the same user if there are any, then of all.
 *
 * <p>Whose cookie it is stays known for longer than what that user was allowed, so that the end of
 * one session ends all others of the user. No verdict is remembered one of whose cookies is not
 * known in this way.
 *
 * <p>A user who is forgotten stays forgotten: an allow of before that arrives later is not
 * remembered. Thread-safe. One lock for all tables: it is held for a few look-ups.
 */
final class VerdictStore {
    /** Of one user: hosts times browsers. A flood of sessions of one user is no more than that. */
    static final int MOST_OF_ONE_USER = 32;

    /** Half a megabyte. */
    static final int MOST_COOKIES = 4096;

    /** Authentik sets one for each application. */
    static final int MOST_COOKIES_OF_ONE_USER = 128;

    private static final int STRIPES = 1024;

    private final long mostBytes;
    private final Ticker ticker;

    /** The eldest first. */
    private final LinkedHashMap<VerdictKey, RememberedVerdict> all = new LinkedHashMap<>();

    /** The keys of each user, the eldest first. */
    private final Map<String, LinkedHashMap<VerdictKey, Boolean>> users = new HashMap<>();

    /** The user of each cookie, the one that was seen longest ago first. */
    private final LinkedHashMap<Long, String> owners = new LinkedHashMap<>();

    /** The cookies of each user, in the same order. */
    private final Map<String, LinkedHashSet<Long>> cookies = new HashMap<>();

    /** The sessions that were in by a former verdict in this outage, by their first cookie. */
    private final Set<Long> used = new HashSet<>();

    /**
     * When a user, a cookie or a key of this hash was last forgotten, by {@link #turn}: what is in
     * flight need not be in the tables. Two with one hash cost each other one upstream request.
     */
    private final long[] forgotten = new long[STRIPES];

    private long turn;
    private long cleared;
    private long bytes;
    private long longest;

    /**
     * @param mostBytes of the heap, for verdicts
     */
    VerdictStore(long mostBytes, Ticker ticker) {
        this.mostBytes = mostBytes;
        this.ticker = ticker;
    }

    /** Forgets everything, and from now on what is older than this many nanoseconds. */
    synchronized void clear(long longestNanos) {
        all.clear();
        users.clear();
        owners.clear();
        cookies.clear();
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
     * A verdict that is used without asking.
     *
     * @param first whether its session needs one for the first time since it was given
     */
    record Use(RememberedVerdict verdict, boolean first) {}

    /** The verdict under this key for this network, to be used without asking. */
    synchronized Optional<Use> use(VerdictKey key, long within, ClientNetwork network) {
        return find(key, within)
                .filter(found -> found.network().equals(network))
                .map(found -> new Use(found, used.add(found.cookies()[0])));
    }

    /**
     * Remembers a verdict instead of the one before.
     *
     * @param asked the turn in which its request was sent
     * @return whether it is good for others who ask the same; not if it was forgotten since
     */
    synchronized boolean put(VerdictKey key, RememberedVerdict verdict, long asked) {
        expire();
        if (isForgotten(key, verdict, asked)) {
            return false;
        }
        RememberedVerdict before = all.get(key);
        if (before != null && before.askedAt() - verdict.askedAt() > 0) {
            return true; // answered later, asked earlier
        }
        remove(key);
        if (verdict.bytes() > mostBytes) {
            return true;
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
        for (long cookie : verdict.cookies()) {
            own(cookie, verdict.user());
        }
        return true;
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

    /** Notes whose cookie it is. What another user was allowed with it goes. */
    private void own(long cookie, String user) {
        String before = owners.get(cookie);
        if (before != null) {
            disown(cookie, before);
            if (!before.equals(user)) {
                removeWith(cookie, before);
            }
        }
        owners.put(cookie, user);
        LinkedHashSet<Long> own = cookies.computeIfAbsent(user, any -> new LinkedHashSet<>());
        own.add(cookie);
        if (own.size() > MOST_COOKIES_OF_ONE_USER) {
            drop(own.getFirst());
        } else if (owners.size() > MOST_COOKIES) {
            drop(owners.firstEntry().getKey());
        }
    }

    private void drop(long cookie) {
        String user = requireNonNull(owners.get(cookie));
        disown(cookie, user);
        removeWith(cookie, user);
    }

    private void disown(long cookie, String user) {
        owners.remove(cookie);
        LinkedHashSet<Long> own = requireNonNull(cookies.get(user));
        own.remove(cookie);
        if (own.isEmpty()) {
            cookies.remove(user);
        }
    }

    private void removeWith(long cookie, String user) {
        for (VerdictKey key : keysOf(user)) {
            RememberedVerdict verdict = all.get(key);
            if (verdict != null && has(verdict, cookie)) {
                remove(key);
            }
        }
    }

    private static boolean has(RememberedVerdict verdict, long cookie) {
        for (long each : verdict.cookies()) {
            if (each == cookie) {
                return true;
            }
        }
        return false;
    }

    private List<VerdictKey> keysOf(String user) {
        LinkedHashMap<VerdictKey, Boolean> own = users.get(user);
        return own == null ? List.of() : new ArrayList<>(own.keySet());
    }

    /** Forgets what is under one key. */
    private void remove(VerdictKey key) {
        RememberedVerdict gone = all.remove(key);
        if (gone == null) {
            return;
        }
        bytes -= gone.bytes();
        used.remove(gone.cookies()[0]);
        LinkedHashMap<VerdictKey, Boolean> own = users.get(gone.user());
        if (own != null) {
            own.remove(key);
            if (own.isEmpty()) {
                users.remove(gone.user());
            }
        }
    }

    /**
     * Forgets the users whose cookies these are, at all hosts and in all browsers, and what is
     * being asked with one of the cookies.
     */
    synchronized void forgetOwnersOf(long[] cookies) {
        turn++;
        for (long cookie : cookies) {
            forgotten[stripe(Long.hashCode(cookie))] = turn;
            String user = owners.get(cookie);
            if (user != null) {
                forgotten[stripe(user.hashCode())] = turn;
                keysOf(user).forEach(this::remove);
            }
        }
    }

    /** Forgets what is being asked under one key. */
    synchronized void forgetAsked(VerdictKey key) {
        forgotten[stripe(key.hashCode())] = ++turn;
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

    /** How many sessions use one without asking, in an outage. */
    synchronized int used() {
        return used.size();
    }

    synchronized int users() {
        return users.size();
    }

    /** How many cookies have a known user. */
    synchronized int cookies() {
        return owners.size();
    }

    synchronized long bytes() {
        return bytes;
    }
}
