package dev.forwardguard.kubernetes;

import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.testing.guard.Patience;
import dev.forwardguard.time.Ticker;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.time.Duration;
import java.util.EnumMap;
import java.util.concurrent.atomic.AtomicLong;

/** A source with everything around it, at a pace that tests can wait for. */
final class FollowedSecret implements AutoCloseable {
    static final Duration GRACE = Duration.ofSeconds(30);
    static final HtpasswdSecretConfiguration WHICH =
            new HtpasswdSecretConfiguration(null, FakeApiServer.NAME, "htpasswd");

    /** Everything within a second or so; only the grace is a clock that tests move by hand. */
    static final Pace FAST =
            new Pace(
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
     * The same with pauses that nobody could mistake for none, so with deadlines that a busy
     * machine keeps.
     */
    static final Pace LEISURELY =
            new Pace(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    FAST.watch(),
                    FAST.silence(),
                    FAST.settled(),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    FAST.graceCheck());

    /** The same with watches that end sooner. */
    static Pace impatient(Duration watch, Duration silence) {
        return new Pace(
                FAST.connectTimeout(),
                FAST.listDeadline(),
                watch,
                silence,
                FAST.settled(),
                FAST.shortestPause(),
                FAST.longestPause(),
                FAST.longestRetryAfter(),
                FAST.graceCheck());
    }

    final LiveValue<Htpasswd> value = Passwords.liveValue();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicLong ahead = new AtomicLong();
    private final SecretWatch watch;

    FollowedSecret(Access access, Pace pace) {
        this(new KubernetesClientFactory(access, pace), pace);
    }

    FollowedSecret(KubernetesClientFactory clients, Pace pace) {
        Ticker ticker = () -> System.nanoTime() + ahead.get();
        watch =
                new SecretWatch(
                        WHICH,
                        clients,
                        value,
                        () -> GRACE,
                        ticker,
                        meters,
                        Tags.of("guard", "test"),
                        pace);
        watch.follow();
    }

    FollowedSecret(Access access) {
        this(access, FAST);
    }

    /** Lets time pass, at once. */
    void pass(Duration time) {
        ahead.addAndGet(time.toNanos());
    }

    boolean accepts(String user, String password) {
        return Passwords.accepts(value, user, password);
    }

    void awaitAccepted(String user, String password) {
        try {
            Patience.until(user + " is let in", () -> accepts(user, password));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; " + this, e);
        }
    }

    String contact() {
        return String.valueOf(watch.state().get("contact"));
    }

    void awaitContact(String state) {
        Patience.until("contact is " + state, () -> contact().equals(state));
    }

    double reads(ReadResult result) {
        return meters.get("guard.credentials.reads")
                .tag("result", result.label())
                .counter()
                .count();
    }

    void awaitReads(ReadResult result, int count) {
        Patience.until(count + " times " + result, () -> reads(result) >= count);
    }

    double reconnects() {
        return meters.get("guard.credentials.reconnects").counter().count();
    }

    @Override
    public String toString() {
        var reads = new EnumMap<ReadResult, Double>(ReadResult.class);
        for (ReadResult result : ReadResult.values()) {
            reads.put(result, reads(result));
        }
        return contact() + ", in force: " + value.snapshot() + ", reads: " + reads;
    }

    /** Whether no thread is left. */
    boolean ended() {
        return watch.ended();
    }

    @Override
    public void close() {
        watch.close();
    }
}
