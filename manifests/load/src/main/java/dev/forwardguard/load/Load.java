package dev.forwardguard.load;

import dev.forwardguard.testing.RawAnswer;

import java.io.IOException;
import java.time.Duration;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * * Sends requests at a constant rate, however slow the responses are. Each is sent when it is due
 * and timed from then, so a server that stalls cannot hide behind requests that were never sent.
 */
public final class Load implements AutoCloseable {
    private final int port;
    private final Supplier<String> requests;
    private final long interval;
    private final Semaphore permits;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<KeptConnection> idle = new ConcurrentLinkedDeque<>();
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
    private final Predicate<RawAnswer> right;
    private final LongAdder wrong = new LongAdder();

    /**
     * One request.
     *
     * @param due when it should be sent, a reading of {@link System#nanoTime}
     * @param late how much later the sender started to send it
     * @param took from when it was due to the last byte of the response
     * @param status of the response; 0 if there was none
     * @param reason the fallback reason; empty if there was a verdict
     * @param user the user that the response names; may be empty
     */
    public record Sample(
            long due, Duration late, Duration took, int status, String reason, String user) {
        long end() {
            return due + took.toNanos();
        }
    }

    /**
     * @param request the bytes of the request
     * @param rate in requests per second
     */
    Load(int port, String request, long rate) {
        this(port, () -> request, rate, Integer.MAX_VALUE, any -> true);
    }

    /**
     * @param requests supplies the bytes of each request
     * @param rate in requests per second
     * @param atOnce how many may be in flight; beyond it, requests that are due are not sent
     */
    Load(int port, Supplier<String> requests, long rate, int atOnce) {
        this(port, requests, rate, atOnce, any -> true);
    }

    /**
     * Sends the same request again and again, and checks the responses.
     *
     * @param right which responses are right
     */
    public Load(int port, String request, long rate, Predicate<RawAnswer> right) {
        this(port, () -> request, rate, Integer.MAX_VALUE, right);
    }

    private Load(
            int port,
            Supplier<String> requests,
            long rate,
            int atOnce,
            Predicate<RawAnswer> right) {
        this.port = port;
        this.requests = requests;
        this.right = right;
        this.interval = TimeUnit.SECONDS.toNanos(1) / rate;
        this.permits = new Semaphore(atOnce);
    }

    /** Sends requests for this time, and runs {@code meanwhile} after each. */
    public void run(Duration length, Runnable meanwhile) {
        long due = System.nanoTime();
        long end = due + length.toNanos();
        while (due < end) {
            long now = due;
            if (permits.tryAcquire()) {
                threads.execute(() -> ask(now));
            }
            meanwhile.run();
            due += interval;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    /** All requests that have ended so far, in the order of their ends. */
    public Queue<Sample> samples() {
        return samples;
    }

    /** The number of wrong or missing responses. */
    public long wrong() {
        return wrong.sum();
    }

    private void ask(long due) {
        Duration late = Duration.ofNanos(System.nanoTime() - due);
        KeptConnection connection = idle.pollLast();
        try {
            if (connection == null) {
                connection = new KeptConnection(port);
            }
            long sent = System.nanoTime();
            RawAnswer answer = connection.ask(requests.get());
            Duration took = answer.elapsed().plusNanos(sent - due);
            String reason = answer.header("X-Guard-Fallback").orElse("");
            String user = answer.header("X-authentik-username").orElse("");
            samples.add(new Sample(due, late, took, answer.status(), reason, user));
            if (!right.test(answer)) {
                wrong.increment();
            }
            if (!answer.closed()) {
                idle.addLast(connection);
            }
        } catch (IOException e) {
            Duration took = Duration.ofNanos(System.nanoTime() - due);
            samples.add(new Sample(due, late, took, 0, "no response", ""));
            wrong.increment();
        } finally {
            permits.release();
        }
    }

    /** Waits for the requests in flight, then closes all connections. */
    @Override
    public void close() {
        threads.close();
        idle.forEach(KeptConnection::close);
    }
}
