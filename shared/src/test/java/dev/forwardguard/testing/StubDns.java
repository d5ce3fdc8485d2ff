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
 * InetAddress}. All other names resolve as usual. Nothing has to be switched on: {@link
 * StubDnsProvider} is found on the class path. A name without configured addresses is unknown.
 *
 * <p>The JDK's cache lies above and cannot be emptied. {@link StubDnsProvider} therefore turns it
 * off for the JVM before its first use. Tests have nothing to set, and {@code
 * networkaddress.cache.ttl}, which the guards set at startup, has no effect on lookups in tests. A
 * test of that effect needs its own JVM with {@link StubDnsProvider#KEEP_CACHE}. In any case, while
 * one thread looks up a name, the JDK makes other threads that want the same name wait, and
 * interrupts do not end that wait. Unlike the resolver of the C library, a lookup that blocks here
 * does not pin the carrier of a virtual thread.
 *
 * <p>The state belongs to the JVM: {@link #reset} it after each test, and do not run tests that use
 * the same name in parallel.
 */
public final class StubDns {
    /** Blocks until {@link #release}, at most 30 s, then resolves to 127.0.0.1. */
    public static final String SLOW = "slow.test";

    /** Never has an address. */
    public static final String UNKNOWN = "unknown.test";

    /** Has no address until {@link #answers} sets one; for tests in which it changes. */
    public static final String MOVING = "moving.test";

    private static final Duration MAX_BLOCK = Duration.ofSeconds(30);
    private static final Map<String, StubName> NAMES = new ConcurrentHashMap<>();
    private static final AtomicInteger FRESH = new AtomicInteger();

    static {
        reset();
    }

    private StubDns() {}

    /** Sets the addresses (literals) of the name; none means that it is unknown. */
    public static void answers(String name, String... addresses) {
        List<InetAddress> literals = Stream.of(addresses).map(InetAddress::ofLiteral).toList();
        name(name).answers(literals);
    }

    /** Makes lookups of the name wait for {@link #release}, at most 30 s. */
    public static void blocks(String name) {
        blocks(name, MAX_BLOCK);
    }

    /** Makes lookups of the name take this long, or until {@link #release}. */
    public static void blocks(String name, Duration atMost) {
        name(name).blocks(atMost);
    }

    /** Ends the waiting lookups of the name; further ones do not wait. */
    public static void release(String name) {
        name(name).release();
    }

    /** The number of lookups of the name that got past the JDK's cache since {@link #reset}. */
    public static int lookups(String name) {
        return name(name).lookups();
    }

    /** Waits, at most 10 s, until at least this many lookups of the name have begun. */
    public static void awaitLookups(String name, int atLeast) {
        name(name).awaitLookups(atLeast);
    }

    /** Returns a name that no cache contains yet; it has no address. */
    public static String freshName() {
        return "fresh-" + FRESH.incrementAndGet() + ".test";
    }

    /** Releases all waiting lookups and restores the initial state. */
    public static void reset() {
        NAMES.values().forEach(StubName::release);
        NAMES.clear();
        answers(SLOW, "127.0.0.1");
        blocks(SLOW);
    }

    static boolean knows(String name) {
        return canonical(name).endsWith(".test");
    }

    static Stream<InetAddress> lookup(String name) throws UnknownHostException {
        return name(name).lookup(name).stream();
    }

    private static StubName name(String name) {
        if (!knows(name)) {
            throw new IllegalArgumentException("not below .test: " + name);
        }
        return NAMES.computeIfAbsent(canonical(name), _ -> new StubName());
    }

    private static String canonical(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
