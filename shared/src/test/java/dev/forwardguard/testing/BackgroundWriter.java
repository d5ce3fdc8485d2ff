package dev.forwardguard.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Writes in order and in the background, so that a peer that does not read holds up nobody. */
final class BackgroundWriter {
    private final OutputStream out;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("outbox").factory());
    private Future<?> last = CompletableFuture.completedFuture(null);

    BackgroundWriter(OutputStream out) {
        this.out = out;
    }

    void send(String octets) {
        byte[] bytes = Octets.of(octets);
        last =
                writer.submit(
                        () -> {
                            out.write(bytes);
                            return bytes.length;
                        });
    }

    /** Waits until everything is handed to the system, or has turned out to be undeliverable. */
    void flush(Duration limit) throws IOException {
        try {
            var _ = last.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException _) {
            // The peer has gone; what it said before can still be read.
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("the peer did not take everything in " + limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** To be called once the socket is closed, which ends a write that is stuck. */
    void close() {
        writer.shutdownNow();
        writer.close();
    }
}
