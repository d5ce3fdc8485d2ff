package dev.forwardguard.manifests;

import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Visitors with a session who open a page again and again, each on a connection of their own. */
final class Visits implements AutoCloseable {
    /** Slower than the rate limit for one address. */
    private static final Duration PACE = Duration.ofMillis(40);

    /** More than the 30 s after which Traefik gives up on an auth request. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RawHttp gateway;
    private final Collection<Visit> visits = new ConcurrentLinkedQueue<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private Visits(RawHttp gateway) {
        this.gateway = gateway.limit(PATIENCE);
    }

    static Visits begin(RawHttp gateway, int visitors) {
        var visits = new Visits(gateway);
        for (int i = 0; i < visitors; i++) {
            visits.threads.submit(visits::visitor);
        }
        return visits;
    }

    private Void visitor() throws InterruptedException {
        while (end.getCount() > 0) {
            long start = System.nanoTime();
            try (RawConnection connection = gateway.connect()) {
                do {
                    start = System.nanoTime();
                    note(start, connection.ask(GatewayFixture.pageWithSession()).status());
                } while (!end.await(PACE.toMillis(), TimeUnit.MILLISECONDS));
            } catch (IOException _) {
                note(start, 0);
            }
        }
        return null;
    }

    private void note(long start, int status) {
        visits.add(new Visit(start, System.nanoTime(), status));
    }

    int count() {
        return visits.size();
    }

    /** All visits so far that did not get the page. */
    List<Visit> failures() {
        return visits.stream().filter(each -> each.status() != 200).toList();
    }

    /** The longest time that a visitor has waited so far. */
    Duration longest() {
        return Duration.ofNanos(
                visits.stream().mapToLong(each -> each.end() - each.start()).max().orElse(0));
    }

    void goOnFor(Duration time) throws InterruptedException {
        if (end.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new AssertionError("finished already");
        }
    }

    /** Lets every visitor finish. */
    void finish() throws InterruptedException {
        end.countDown();
        threads.shutdown();
        if (!threads.awaitTermination(PATIENCE.toSeconds() + 5, TimeUnit.SECONDS)) {
            throw new AssertionError("visitors are still waiting");
        }
    }

    @Override
    public void close() {
        end.countDown();
        threads.shutdownNow();
    }

    /** One request and its status, 0 if there was no answer; the times are those of nanoTime. */
    record Visit(long start, long end, int status) {}
}
