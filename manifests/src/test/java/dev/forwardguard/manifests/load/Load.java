package dev.forwardguard.manifests.load;

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
 * Requests at a constant rate, however slow the answers are: each is sent when it is due, and its
 * time counts from then, so a server that stalls cannot hide behind requests that were never sent.
 */
public final class Load implements AutoCloseable {
    private final int port;
    private final Supplier<String> requests;
    private final long interval;
    private final Semaphore room;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<KeptConnection> idle = new ConcurrentLinkedDeque<>();
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
    private final Predicate<RawAnswer> right;
    private final LongAdder wrong = new LongAdder();

    /**
     * One request.
     *
     * @param due when it was to be sent, in the system's nano time
     * @param late how much later that was begun, because of the sender and not of the server
     * @param took from when it was due to the last byte of the answer
     * @param status 0 if there was no answer
     * @param reason why there was no verdict; empty if there was one
     * @param user whom the backend is told; empty for nobody
     */
    public record Sample(
            long due, Duration late, Duration took, int status, String reason, String user) {
        long end() {
            return due + took.toNanos();
        }
    }

    /**
     * @param request octets of the request
     * @param rate requests per second
     */
    Load(int port, String request, long rate) {
        this(port, () -> request, rate, Integer.MAX_VALUE, any -> true);
    }

    /**
     * @param requests octets of each request
     * @param rate requests per second
     * @param atOnce how many may wait for their answers; beyond it what is due is not sent
     */
    Load(int port, Supplier<String> requests, long rate, int atOnce) {
        this(port, requests, rate, atOnce, any -> true);
    }

    /**
     * The same question again and again, with an eye on the answers.
     *
     * @param right which ones are right
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
        this.room = new Semaphore(atOnce);
    }

    /** Sends requests for so long, and does something else each time. */
    public void run(Duration length, Runnable meanwhile) {
        long due = System.nanoTime();
        long end = due + length.toNanos();
        while (due < end) {
            long now = due;
            if (room.tryAcquire()) {
                threads.execute(() -> ask(now));
            }
            meanwhile.run();
            due += interval;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    /** All that were answered so far, in the order of their answers. */
    public Queue<Sample> samples() {
        return samples;
    }

    /** How many answers were not right, or did not come. */
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
            samples.add(new Sample(due, late, took, 0, "no answer", ""));
            wrong.increment();
        } finally {
            room.release();
        }
    }

    /** Waits for the answers that are still due. */
    @Override
    public void close() {
        threads.close();
        for (KeptConnection connection : idle) {
            try {
                connection.close();
            } catch (IOException _) {
                // gone already
            }
        }
    }
}
