package dev.forwardguard.manifests.edge;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.locks.LockSupport;

/** Visitors who ask at a steady rate, however late the answers are. Counts what they get. */
final class Visitors implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<HttpRequest> requests;
    private final long pauseNanos;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build();
    private final Map<String, Integer> answers = Collections.synchronizedMap(new TreeMap<>());
    private final Phaser pending = new Phaser(1);
    private final Thread thread = new Thread(this::visit, "visitors");
    private volatile boolean over;

    /** Starts to ask for these addresses in turn. */
    Visitors(int perSecond, List<URI> addresses) {
        pauseNanos = 1_000_000_000L / perSecond;
        requests =
                addresses.stream()
                        .map(each -> HttpRequest.newBuilder(each).timeout(PATIENCE).build())
                        .toList();
        thread.start();
    }

    private void visit() {
        long next = System.nanoTime();
        for (int i = 0; !over; i++) {
            pending.register();
            client.sendAsync(requests.get(i % requests.size()), BodyHandlers.discarding())
                    .whenComplete(this::count);
            next += pauseNanos;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void count(@Nullable HttpResponse<?> response, @Nullable Throwable failure) {
        String answer =
                response == null ? String.valueOf(failure) : String.valueOf(response.statusCode());
        answers.merge(answer, 1, Integer::sum);
        pending.arriveAndDeregister();
    }

    /** Ends it, and returns how often each status, or kind of failure, was the answer. */
    Map<String, Integer> end() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        pending.arriveAndAwaitAdvance();
        return Map.copyOf(answers);
    }

    @Override
    public void close() {
        over = true;
        client.shutdownNow();
    }
}
