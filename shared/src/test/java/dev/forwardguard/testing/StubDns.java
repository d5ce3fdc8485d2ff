package dev.forwardguard.testing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The names below {@code .test} in this JVM, for everything that resolves through {@link
 * InetAddress}; all other names are resolved as ever. Nothing has to be switched on: {@link
 * StubDnsProvider} is found on the class path. A name nobody has spoken of is unknown.
 *
 * <p>The cache of the JDK lies above and cannot be emptied. {@link StubDnsProvider} therefore turns
 * it off for the JVM before it is ever used, so a test has nothing to set, and {@code
 * networkaddress.cache.ttl}, which the guards set at their start, has no effect on lookups in
 * tests. A test of that effect needs a JVM of its own with {@link StubDnsProvider#KEEP_CACHE}. What
 * the JDK does in any case: while one thread looks a name up, others that want the same name wait
 * for it, and no interruption helps. Unlike the resolver of the C library, a lookup here that
 * blocks does not pin the carrier of a virtual thread.
 *
 * <p>The state belongs to the JVM: {@link #reset} it after each test, and let no tests that use the
 * same name run in parallel.
 */
public final class StubDns {
    /** Blocks until {@link #release}, or for 30 s, and is 127.0.0.1 then. */
    public static final String SLOW = "slow.test";

    /** Never has an address. */
    public static final String UNKNOWN = "unknown.test";

    /** Has no address until {@link #answers} gives it one; for tests in which it changes. */
    public static final String MOVING = "moving.test";

    private static final Duration SAFETY_NET = Duration.ofSeconds(30);
    private static final Map<String, StubName> NAMES = new ConcurrentHashMap<>();
    private static final AtomicInteger FRESH = new AtomicInteger();

    static {
        reset();
    }

    private StubDns() {}

    /** From now on, the name has these addresses (literals); none means that it is unknown. */
    public static void answers(String name, String... addresses) {
        List<InetAddress> literals = Stream.of(addresses).map(InetAddress::ofLiteral).toList();
        name(name).answers(literals);
    }

    /** From now on, lookups of the name wait for {@link #release}, at most for 30 s. */
    public static void blocks(String name) {
        blocks(name, SAFETY_NET);
    }

    /** From now on, lookups of the name take this long, or until {@link #release}. */
    public static void blocks(String name, Duration atMost) {
        name(name).blocks(atMost);
    }

    /** Ends the lookups of the name that are waiting; further ones do not wait. */
    public static void release(String name) {
        name(name).release();
    }

    /** How many lookups of the name have begun since {@link #reset}: past the cache of the JDK. */
    public static int lookups(String name) {
        return name(name).lookups();
    }

    /** Waits, at most 10 s, until at least so many lookups of the name have begun. */
    public static void awaitLookups(String name, int atLeast) {
        name(name).awaitLookups(atLeast);
    }

    /** A name that no cache has seen yet; it has no address. */
    public static String freshName() {
        return "fresh-" + FRESH.incrementAndGet() + ".test";
    }

    /** Releases everybody, forgets everything. */
    public static void reset() {
        NAMES.values().forEach(StubName::release);
        NAMES.clear();
        answers(SLOW, "127.0.0.1");
        blocks(SLOW);
    }

    static boolean knows(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(".test");
    }

    static Stream<InetAddress> lookup(String name) throws UnknownHostException {
        return name(name).lookup(name).stream();
    }

    private static StubName name(String name) {
        if (!knows(name)) {
            throw new IllegalArgumentException("not below .test: " + name);
        }
        return NAMES.computeIfAbsent(name.toLowerCase(Locale.ROOT), _ -> new StubName());
    }
}
