package dev.forwardguard.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.client.ClientNetwork;
import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What the memory of verdicts costs at most. */
class VerdictStoreTest {
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    /** The share of authentik-guard's heap of 36 MiB. */
    private static final long BOUND = 3 << 20;

    private final AtomicLong clock = new AtomicLong(1);
    private final VerdictStore store = store(BOUND);

    private VerdictStore store(long mostBytes) {
        var created = new VerdictStore(mostBytes, clock::get);
        created.clear(HOUR);
        return created;
    }

    private static VerdictKey key(long number) {
        return new VerdictKey(number, 0, 0, 0);
    }

    private static UpstreamResponse allow(String user, int tokenBytes) {
        HttpHeaders headers = new DefaultHttpHeaders();
        set(headers, "X-authentik-username", user);
        set(headers, "X-authentik-groups", "users|operators|admins");
        set(headers, "X-authentik-email", user + "@example.com");
        set(headers, "X-authentik-name", "A. Person");
        set(headers, "X-authentik-uid", "0123456789abcdef".repeat(4));
        set(headers, "X-authentik-jwt", "j".repeat(tokenBytes));
        set(headers, "X-authentik-meta-jwks", "https://login.example.com/application/o/app/jwks/");
        set(headers, "X-authentik-meta-outpost", "authentik Embedded Outpost");
        set(headers, "X-authentik-meta-provider", "app");
        set(headers, "X-authentik-meta-app", "app");
        set(headers, "X-authentik-meta-version", "goauthentik.io/outpost/2026.10.1");
        set(headers, "Date", "Sun, 29 Nov 2026 12:00:00 GMT");
        set(headers, "Content-Length", "0");
        return new UpstreamResponse(HttpResponseStatus.OK, headers, new byte[0]);
    }

    /** In objects of their own, as they come from the network. */
    private static void set(HttpHeaders headers, String name, String value) {
        headers.set(String.valueOf(name.toCharArray()), String.valueOf(value.toCharArray()));
    }

    private void put(VerdictStore into, long number, String user) {
        into.put(key(number), verdict(number, user), into.turn());
    }

    private RememberedVerdict verdict(long number, String user) {
        return RememberedVerdict.of(
                allow(user, 2048),
                user,
                new ClientNetwork(1, 24),
                new long[] {number},
                clock.get());
    }

    private boolean has(VerdictStore in, long number) {
        return in.find(key(number), HOUR).isPresent();
    }

    @Test
    void holds200SessionsWithTokens() {
        for (int i = 0; i < 200; i++) {
            put(store, i, "user" + i);
        }

        for (int i = 0; i < 200; i++) {
            assertThat(has(store, i)).isTrue();
        }
        assertThat(store.users()).isEqualTo(200);
    }

    @Test
    void millionSessionsNeverTakeMoreThanBound() {
        UpstreamResponse allow = allow("user", 2048);
        var network = new ClientNetwork(1, 24);
        for (long i = 0; i < 1_000_000; i++) {
            var verdict =
                    RememberedVerdict.of(allow, "user" + i, network, new long[] {i}, clock.get());
            store.put(key(i), verdict, store.turn());
            store.use(key(i), HOUR, network);
            if (store.bytes() > BOUND || store.cookies() > VerdictStore.MOST_COOKIES) {
                throw new AssertionError("out of bounds after " + i);
            }
        }

        assertThat(store.size()).isBetween(400, 1_000);
        assertThat(store.users()).isEqualTo(store.size());
        assertThat(store.used()).isEqualTo(store.size());
        assertThat(has(store, 999_999)).isTrue();
    }

    @Test
    void leavesNoTraceOfWhatWasNeverRemembered() {
        for (int i = 0; i < 1_000_000; i++) {
            store.forgetOwnersOf(new long[] {i});
        }

        assertThat(store.cookies()).isZero();
        assertThat(store.users()).isZero();
    }

    /** A user who signs in a million times takes the place of nobody else. */
    @Test
    void floodOfOneUserReplacesOnlyThatUsers() {
        for (int i = 0; i < 200; i++) {
            put(store, i, "user" + i);
        }
        for (int i = 1_000; i < 11_000; i++) {
            put(store, i, "mallory");
        }

        assertThat(store.size()).isEqualTo(200 + VerdictStore.MOST_OF_ONE_USER);
        for (int i = 0; i < 200; i++) {
            assertThat(has(store, i)).isTrue();
        }
        assertThat(has(store, 10_999)).isTrue();
        assertThat(has(store, 11_000 - VerdictStore.MOST_OF_ONE_USER)).isTrue();
        assertThat(has(store, 10_999 - VerdictStore.MOST_OF_ONE_USER)).isFalse();
    }

    @Test
    void fullStoreReplacesOwnVerdictsFirst() {
        VerdictStore small = store(10L * verdict(1, "user1").bytes());
        put(small, 1, "alice");
        put(small, 2, "bob");
        put(small, 3, "bob");
        for (int i = 4; small.size() < 9; i++) {
            put(small, i, "user" + i);
        }
        put(small, 100, "userX");
        put(small, 101, "bob");

        assertThat(has(small, 1)).as("alice's, the eldest of all").isTrue();
        assertThat(has(small, 2)).as("bob's eldest").isFalse();
        assertThat(has(small, 3)).isTrue();
        assertThat(has(small, 101)).isTrue();
    }

    @Test
    void fullStoreReplacesEldestOfAllForNewUser() {
        VerdictStore small = store(3L * verdict(1, "user1").bytes());
        put(small, 1, "user1");
        put(small, 2, "user2");
        put(small, 3, "user3");
        put(small, 1, "user1"); // given again
        put(small, 4, "user4");

        assertThat(has(small, 1)).isTrue();
        assertThat(has(small, 2)).isFalse();
        assertThat(small.users()).isEqualTo(3);
    }

    @Test
    void remembersNothingLargerThanAll() {
        VerdictStore small = store(1_000);
        put(small, 1, "alice");

        assertThat(small.size()).isZero();
        assertThat(small.bytes()).isZero();
    }

    @Test
    void removesWhatIsTooOldToBeUsed() {
        put(store, 1, "alice");
        clock.addAndGet(HOUR / 2);
        put(store, 2, "bob");
        clock.addAndGet(HOUR / 2);

        store.expire();

        assertThat(store.size()).isEqualTo(1);
        assertThat(store.users()).isEqualTo(1);
        assertThat(has(store, 2)).isTrue();
    }

    @Test
    void countsNothingWhenAllIsGone() {
        for (int i = 0; i < 100; i++) {
            put(store, i, "user" + i % 7);
        }
        store.forgetOwnersOf(new long[] {0, 1, 2, 3, 4, 5, 6});

        assertThat(store.size()).isZero();
        assertThat(store.users()).isZero();
        assertThat(store.bytes()).isZero();
        assertThat(store.used()).isZero();
    }

    /** Whose cookie it is may change: a browser in which another user signs in. */
    @Test
    void cookieOfAnotherUserTakesVerdictsOfTheOne() {
        put(store, 1, "alice");
        store.put(key(2), verdict(1, "bob"), store.turn());

        assertThat(has(store, 1)).isFalse();
        assertThat(has(store, 2)).isTrue();
    }

    @Test
    void knowsUserOfCookieAfterVerdictIsGone() {
        put(store, 1, "alice");
        clock.addAndGet(HOUR / 2);
        put(store, 2, "alice");
        clock.addAndGet(HOUR / 2);
        store.expire();
        assertThat(has(store, 1)).isFalse();

        store.forgetOwnersOf(new long[] {1});

        assertThat(has(store, 2)).isFalse();
    }

    @Test
    void neverKnowsMoreCookiesThanBound() {
        VerdictStore large = store(64 << 20);
        for (int i = 0; i < VerdictStore.MOST_COOKIES + 10; i++) {
            put(large, i, "user" + i);
        }

        assertThat(large.cookies()).isEqualTo(VerdictStore.MOST_COOKIES);
        assertThat(large.size()).as("and no verdict without").isEqualTo(VerdictStore.MOST_COOKIES);
        assertThat(has(large, 9)).isFalse();
        assertThat(has(large, 10)).isTrue();
    }

    /** The counted bytes are those of the heap, within a quarter. */
    @Test
    void countsWhatItTakesOfHeap() {
        VerdictStore large = store(64 << 20);
        put(large, -1, "warm-up");
        long before = usedHeap();
        for (int i = 0; i < 1_900; i++) {
            large.put(
                    key(i),
                    RememberedVerdict.of(
                            allow("user" + i, 4_000),
                            "user" + i,
                            new ClientNetwork(i, 24),
                            new long[] {2L * i, 2L * i + 1},
                            clock.get()),
                    large.turn());
        }
        long taken = usedHeap() - before;

        assertThat(large.size()).isEqualTo(1_901);
        assertThat(taken).isBetween(large.bytes() * 3 / 4, large.bytes() * 5 / 4);
    }

    private static long usedHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
