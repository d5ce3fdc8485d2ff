package dev.forwardguard.load;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Logs in to Emergency Access every few seconds while the outpost is down: in turn from an address
 * with earlier logins and from one that was never seen. Each time as another user, because a right
 * password is remembered. Whoever is refused tries again, like a person who reloads the page.
 */
final class Operator implements Runnable {
    private static final String KNOWN_ADDRESS = "192.0.2.200";
    private static final Duration PAUSE = Duration.ofSeconds(3);
    private static final Duration PAUSE_OF_RETRY = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BesiegedGuard guard;
    private final Supplier<Experience> known;
    private final Supplier<Experience> unseen;
    private final BooleanSupplier keepRunning;
    private final AtomicInteger logins = new AtomicInteger();

    Operator(
            BesiegedGuard guard,
            Supplier<Experience> known,
            Supplier<Experience> unseen,
            BooleanSupplier keepRunning) {
        this.guard = guard;
        this.known = known;
        this.unseen = unseen;
        this.keepRunning = keepRunning;
    }

    @Override
    public void run() {
        while (keepRunning.getAsBoolean()) {
            int number = logins.incrementAndGet();
            if (number % 2 > 0) {
                logIn("known", KNOWN_ADDRESS, number, known.get());
            } else {
                logIn("unseen", Addresses.unseen(number), number, unseen.get());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Tries until it succeeds; the time of a login includes all tries. */
    private void logIn(String where, String address, int number, Experience experience) {
        String user = BruteForceLoad.user(number);
        String request = BruteForceLoad.password(address, user, BruteForceLoad.PASSWORD);
        long from = System.nanoTime();
        while (true) {
            boolean in = tryLogin(where, request, user);
            long now = System.nanoTime();
            Duration took = Duration.ofNanos(now - from);
            if (in || took.compareTo(PATIENCE) > 0 || !keepRunning.getAsBoolean()) {
                experience.add(in, took, guard.starvation().between(from, now));
                return;
            }
            LockSupport.parkNanos(PAUSE_OF_RETRY.toNanos());
        }
    }

    private boolean tryLogin(String where, String request, String user) {
        try {
            RawAnswer answer = RawHttp.to(guard.port()).limit(PATIENCE).ask(request);
            boolean in = answer.status() == 200;
            if (in && !user.equals(answer.header("X-authentik-username").orElse(""))) {
                guard.counts().violation("logged in as another user", answer.head().raw());
            }
            String reason = answer.header("X-Guard-Fallback").orElse("verdict");
            guard.counts().count("operator " + where + " " + answer.status() + " " + reason);
            return in;
        } catch (IOException e) {
            guard.counts().count("operator " + where + " no response");
            return false;
        }
    }
}
