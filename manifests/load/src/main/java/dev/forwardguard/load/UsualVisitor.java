package dev.forwardguard.load;

import dev.forwardguard.load.TrackedRequest.Credentials;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A visitor with a session and an address of their own, who sends a small request every 100 to 300
 * ms on a kept connection, and a request again whose connection was closed before any response, as
 * gateways do.
 */
final class UsualVisitor implements Runnable {
    /** The prefix of their threads. */
    static final String THREAD = "visitor-";

    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(300);

    private final BesiegedGuard guard;
    private final String address;
    private final boolean pages;
    private final Supplier<Experience> experience;
    private final BooleanSupplier keepRunning;
    private final Streak streak = new Streak();
    private @Nullable KeptConnection kept;

    /**
     * @param pages whether they ask for pages that are passed through, instead of auth requests
     * @param experience where to record the next response
     */
    UsualVisitor(
            BesiegedGuard guard,
            String address,
            boolean pages,
            Supplier<Experience> experience,
            BooleanSupplier keepRunning) {
        this.guard = guard;
        this.address = address;
        this.pages = pages;
        this.experience = experience;
        this.keepRunning = keepRunning;
    }

    @Override
    public void run() {
        while (keepRunning.getAsBoolean()) {
            var random = ThreadLocalRandom.current();
            LockSupport.parkNanos(random.nextLong(SHORTEST_PAUSE, LONGEST_PAUSE));
            TrackedRequest request = guard.inFlight().open(Credentials.NONE);
            try {
                visit(request);
            } catch (IOException e) {
                guard.counts().violation("no response to a usual visitor", request + ": " + e);
                disconnect();
            } finally {
                guard.inFlight().close(request);
            }
        }
        disconnect();
    }

    private void visit(TrackedRequest request) throws IOException {
        Experience now = experience.get();
        String wire = wire(request.number()).wire();
        long sent = System.nanoTime();
        RawAnswer answer = ask(wire, now);
        long received = System.nanoTime();
        String objection = guard.objection(request, answer, pages);
        if (objection != null) {
            guard.counts().violation(objection, request + " got " + answer.head().raw());
        }
        boolean verdict = answer.header(TrackedRequest.VERDICT).isPresent();
        Duration took = Duration.ofNanos(received - sent);
        now.add(verdict, took, guard.starvation().between(sent, received));
        Duration without = streak.add(verdict, sent, received);
        if (!without.isZero()) {
            now.addStreak(without, guard.starvation().between(streak.from(), received));
        }
        if (!verdict) {
            String reason = answer.header("X-Guard-Fallback").orElse("page");
            guard.counts().count("visitor " + answer.status() + " " + reason);
        }
        if (answer.closed()) {
            disconnect();
        }
    }

    private RawAnswer ask(String wire, Experience now) throws IOException {
        KeptConnection connection = kept;
        if (connection != null) {
            try {
                return connection.ask(wire);
            } catch (IOException e) {
                if (e instanceof SocketTimeoutException || !connection.receivedNothing()) {
                    throw e;
                }
                disconnect();
                now.addReconnect();
            }
        }
        connection = new KeptConnection(guard.port());
        kept = connection;
        return connection.ask(wire);
    }

    private RawRequest wire(String number) {
        RawRequest request =
                RawRequest.get(pages ? "/outpost.goauthentik.io/start" : guard.path())
                        .with("X-Forwarded-For", address)
                        .with("Cookie", "authentik_proxy=session")
                        .with(TrackedRequest.NUMBER, number);
        return pages
                ? request
                : request.with("X-Forwarded-Method", "GET")
                        .with("X-Forwarded-Proto", "https")
                        .with("X-Forwarded-Host", "app.example")
                        .with("X-Forwarded-Uri", "/");
    }

    private void disconnect() {
        if (kept != null) {
            kept.close();
        }
        kept = null;
    }
}
