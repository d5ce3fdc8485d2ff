package dev.forwardguard.testing;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One connection of {@link StubUpstream}, with what a {@link Behaviour} can do to its client. */
public final class HttpDialogue {
    private static final int LINGER_MILLIS = 1_000;

    private final int number;
    private final Socket socket;
    private final Traffic traffic;
    private final WireReader reader;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean idle;
    private int requests;

    HttpDialogue(int number, Socket socket, Traffic traffic) throws IOException {
        this.number = number;
        this.socket = socket;
        this.traffic = traffic;
        this.reader = new WireReader(socket.getInputStream());
    }

    /** Sends octets as Latin-1; may block as long as the client does not read. */
    public void send(String octets) throws IOException {
        socket.getOutputStream().write(Octets.of(octets));
    }

    /** Sends nothing for this long. */
    public void pause(Duration duration) throws IOException, InterruptedException {
        if (ended.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new SocketException("connection " + number + " has ended");
        }
    }

    /** Sends nothing, and reads and drops everything, until the client hangs up. */
    public void awaitHangUp() throws IOException {
        reader.drain();
        release();
    }

    /** Neither sends nor reads anything until the upstream closes. */
    public void stall() throws InterruptedException {
        ended.await();
    }

    /**
     * Sends FIN, then reads on for a moment: closing with unread data would reset the connection.
     */
    public void close() throws IOException {
        socket.shutdownOutput();
        socket.setSoTimeout(LINGER_MILLIS);
        try {
            reader.drain();
        } catch (SocketTimeoutException _) {
            // The client keeps its half open: lingered long enough.
        } finally {
            release();
        }
    }

    /** Sends RST; data that was not yet delivered is lost. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        release();
    }

    /** The socket, for everything that has no method here. */
    public Socket socket() {
        return socket;
    }

    /** Whether the client could send its next request right now. */
    boolean isIdle() {
        return idle;
    }

    /** Closes the socket and ends all waits of this dialogue. May be called from any thread. */
    void release() throws IOException {
        ended.countDown();
        socket.close();
    }

    /** Serves requests until the connection ends, and releases it in any case. */
    void serve(Supplier<Behaviour> behaviour) throws InterruptedException {
        try (Closeable _ = this::release) {
            socket.setTcpNoDelay(true);
            behaviour.get().greet(this);
            while (!socket.isClosed()) {
                ReceivedRequest request = nextRequest();
                if (request == null) {
                    return;
                }
                traffic.received(request);
                behaviour.get().answer(this, request);
            }
        } catch (ProtocolException e) {
            traffic.failed(e);
        } catch (IOException _) {
            // The client has hung up, or the upstream closes.
        }
    }

    private @Nullable ReceivedRequest nextRequest() throws IOException {
        idle(true);
        try {
            if (!reader.awaitMessage()) {
                return null;
            }
        } finally {
            idle(false);
        }
        Head head = reader.head();
        if (head == null) {
            return null;
        }
        String body = reader.requestBody(head);
        return new ReceivedRequest(number, ++requests, head, body, reader.trailers());
    }

    private void idle(boolean now) {
        idle = now;
        traffic.idleChanged();
    }
}
