package dev.forwardguard.manifests.load;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;

import java.io.IOException;
import java.time.Duration;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests at a constant rate, however slow the answers are: each is sent when it is due, and its
 * time counts from then, so a server that stalls cannot hide behind requests that were never sent.
 */
final class Load implements AutoCloseable {
    private final RawHttp server;
    private final String question;
    private final long interval;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<RawConnection> idle = new ConcurrentLinkedDeque<>();
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();

    /**
     * One request.
     *
     * @param due when it was to be sent, in the system's nano time
     * @param took from then to the last byte of the answer
     * @param status 0 if there was no answer
     * @param reason why there was no verdict; empty if there was one
     */
    record Sample(long due, Duration took, int status, String reason) {
        long end() {
            return due + took.toNanos();
        }
    }

    /**
     * @param question octets of the request
     * @param rate requests per second
     */
    Load(int port, String question, long rate) {
        this.server = RawHttp.to(port);
        this.question = question;
        this.interval = TimeUnit.SECONDS.toNanos(1) / rate;
    }

    /** Sends requests for so long, and does something else each time. */
    void run(Duration length, Runnable meanwhile) {
        long due = System.nanoTime();
        long end = due + length.toNanos();
        while (due < end) {
            long now = due;
            threads.execute(() -> ask(now));
            meanwhile.run();
            due += interval;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    /** All that were answered so far, in the order of their answers. */
    Queue<Sample> samples() {
        return samples;
    }

    private void ask(long due) {
        RawConnection connection = idle.pollLast();
        try {
            if (connection == null) {
                connection = server.connect();
            }
            long sent = System.nanoTime();
            RawAnswer answer = connection.ask(question);
            Duration took = answer.elapsed().plusNanos(sent - due);
            String reason = answer.header("X-Guard-Fallback").orElse("");
            samples.add(new Sample(due, took, answer.status(), reason));
            if (!answer.closed()) {
                idle.addLast(connection);
            }
        } catch (IOException e) {
            Duration took = Duration.ofNanos(System.nanoTime() - due);
            samples.add(new Sample(due, took, 0, "no answer"));
        }
    }

    /** Waits for the answers that are still due. */
    @Override
    public void close() {
        threads.close();
        for (RawConnection connection : idle) {
            try {
                connection.close();
            } catch (IOException _) {
                // gone already
            }
        }
    }
}
