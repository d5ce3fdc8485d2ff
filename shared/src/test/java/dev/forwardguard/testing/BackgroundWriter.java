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

/** Writes in order on a background thread, so that a peer that does not read blocks no caller. */
final class BackgroundWriter {
    private final OutputStream out;
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(
                    Thread.ofVirtual().name("background-writer").factory());
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

    /** Waits until everything was handed to the system or has failed. */
    void flush(Duration limit) throws IOException {
        try {
            var _ = last.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException _) {
            // The peer has closed; what it sent before can still be read.
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("the peer did not take everything in " + limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Must be called after the socket was closed, which ends a blocked write. */
    void close() {
        writer.shutdownNow();
        writer.close();
    }
}
