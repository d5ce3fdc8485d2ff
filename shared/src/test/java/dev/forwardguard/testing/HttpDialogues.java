package dev.forwardguard.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The threads of {@link StubUpstream}: one virtual thread accepts, and one serves each client. */
final class HttpDialogues {
    private final AtomicInteger numbers = new AtomicInteger();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("stub-upstream-", 1).factory());
    private final Traffic traffic;
    private final Supplier<Behaviour> behaviour;
    private volatile Future<?> accepting = CompletableFuture.completedFuture(null);

    HttpDialogues(Traffic traffic, Supplier<Behaviour> behaviour) {
        this.traffic = traffic;
        this.behaviour = behaviour;
    }

    /** Serves all connections until the server socket is closed. */
    void with(ServerSocket server) {
        accepting = threads.submit(() -> accept(server));
    }

    /**
     * Ends all dialogues, whatever they are doing, after the server socket was closed. Only when
     * the accepting thread has ended is the port free, and no further connection is accepted.
     */
    void end() throws IOException, InterruptedException {
        try {
            var _ = accepting.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            traffic.failed(e);
        }
        for (HttpDialogue dialogue : traffic.open()) {
            dialogue.release();
        }
    }

    /** Ends all dialogues and waits for their threads to end. */
    void close() throws IOException, InterruptedException {
        end();
        threads.shutdownNow();
        if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new AssertionError("a behaviour does not end: " + traffic);
        }
    }

    private void accept(ServerSocket server) {
        try {
            while (true) {
                var dialogue =
                        new HttpDialogue(numbers.incrementAndGet(), server.accept(), traffic);
                traffic.opened(dialogue);
                threads.execute(() -> serve(dialogue));
            }
        } catch (IOException e) {
            if (!server.isClosed()) {
                traffic.failed(e);
            }
        }
    }

    private void serve(HttpDialogue dialogue) {
        try {
            dialogue.serve(behaviour);
        } catch (InterruptedException _) {
            // The upstream closes.
        } catch (RuntimeException | Error e) {
            traffic.failed(e);
        } finally {
            traffic.ended(dialogue);
        }
    }
}
