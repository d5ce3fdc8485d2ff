package dev.forwardguard.kubernetes;

import dev.forwardguard.authentik.emergency.session.SessionKey;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link SecretWatch} with its dependencies, and with timings short enough for tests. */
final class FollowedSecret implements AutoCloseable {
    static final Duration GRACE = Duration.ofSeconds(30);
    static final HtpasswdSecretConfiguration WHICH =
            new HtpasswdSecretConfiguration(null, FakeApiServer.NAME, "htpasswd");

    /** Everything happens within about a second. Tests advance the clock for the grace by hand. */
    static final WatchTimings FAST =
            new WatchTimings(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(65),
                    Duration.ofMillis(50),
                    Duration.ofMillis(5),
                    Duration.ofMillis(40),
                    Duration.ofMillis(400),
                    Duration.ofMillis(5));

    /**
     * The same with pauses of a minute, so that a missing pause is noticed, and with deadlines that
     * a busy machine meets.
     */
    static final WatchTimings SLOW_RETRIES =
            new WatchTimings(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    FAST.watch(),
                    FAST.readTimeout(),
                    FAST.minWatch(),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    FAST.graceCheck());

    /** {@link #FAST} with another watch duration and read timeout. */
    static WatchTimings withWatch(Duration watch, Duration readTimeout) {
        return new WatchTimings(
                FAST.connectTimeout(),
                FAST.listDeadline(),
                watch,
                readTimeout,
                FAST.minWatch(),
                FAST.minPause(),
                FAST.maxPause(),
                FAST.maxRetryAfter(),
                FAST.graceCheck());
    }

    static final String SESSION_KEY = "session-key";

    final LiveValue<Htpasswd> value = Passwords.liveValue();
    final LiveValue<SessionKey> sessionKey =
            new LiveValue<>("session key", SessionKey::parse, Clock.systemUTC());
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicLong ahead = new AtomicLong();
    private final SecretWatch watch;

    FollowedSecret(ClusterAccess access, WatchTimings timings) {
        this(new KubernetesClientFactory(access, timings), timings);
    }

    FollowedSecret(KubernetesClientFactory clients, WatchTimings timings) {
        Ticker ticker = () -> System.nanoTime() + ahead.get();
        watch =
                new SecretWatch(
                        WHICH,
                        clients,
                        List.of(
                                new SecretPart(WHICH.key(), value, false),
                                new SecretPart(SESSION_KEY, sessionKey, true)),
                        () -> GRACE,
                        ticker,
                        meters,
                        Tags.of("guard", "test"),
                        timings);
        watch.follow();
    }

    FollowedSecret(ClusterAccess access) {
        this(access, FAST);
    }

    /** Advances the clock. */
    void advance(Duration time) {
        ahead.addAndGet(time.toNanos());
    }

    boolean accepts(String user, String password) {
        return Passwords.accepts(value, user, password);
    }

    /** Waits for a user, and until the log and the subscribers know of the content as well. */
    void awaitAccepted(String user, String password) {
        try {
            Eventually.until(user + " can log in", () -> accepts(user, password));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; " + this, e);
        }
        synchronized (value) {
            // held by the watch's thread from before the value shows until all have heard of it
        }
    }

    String status() {
        return String.valueOf(watch.state().get("contact"));
    }

    void awaitContact(String state) {
        Eventually.until("contact is " + state, () -> status().equals(state));
    }

    double reads(ListWatchResult result) {
        return meters.get("guard.credentials.reads")
                .tag("result", result.label())
                .counter()
                .count();
    }

    void awaitReads(ListWatchResult result, int count) {
        Eventually.until(count + " times " + result, () -> reads(result) >= count);
    }

    double reconnects() {
        return meters.get("guard.credentials.reconnects").counter().count();
    }

    @Override
    public String toString() {
        var reads = new EnumMap<ListWatchResult, Double>(ListWatchResult.class);
        for (ListWatchResult result : ListWatchResult.values()) {
            reads.put(result, reads(result));
        }
        return status() + ", in force: " + value.snapshot() + ", reads: " + reads;
    }

    /** Whether the thread of the watch has ended. */
    boolean ended() {
        return watch.ended();
    }

    @Override
    public void close() {
        watch.close();
    }
}
