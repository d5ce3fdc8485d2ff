package dev.forwardguard.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;

/**
 * A connection of {@link RawHttp}. Octets are sent in order on a background thread, so that an
 * early response is read while a large request is still being sent. For use by one thread.
 */
public final class RawConnection implements AutoCloseable {
    private static final Duration SHORT_WAIT = Duration.ofMillis(1);

    private final Socket socket = new Socket();
    private final Duration limit;
    private final BoundedInput input;
    private final WireReader reader;
    private final BackgroundWriter writer;

    RawConnection(InetSocketAddress server, Duration limit) throws IOException {
        this.limit = limit;
        try {
            socket.connect(server, (int) limit.toMillis());
            socket.setTcpNoDelay(true);
            input = new BoundedInput(socket);
            reader = new WireReader(input);
            writer = new BackgroundWriter(socket.getOutputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends any octets as Latin-1, without waiting for the peer to read them. */
    public void send(String octets) {
        writer.send(octets);
    }

    /** Sends one request and returns the response. */
    public RawAnswer ask(RawRequest request) throws IOException {
        return ask(request.wire());
    }

    /** Sends one request, octets as Latin-1, and returns the response. */
    public RawAnswer ask(String octets) throws IOException {
        send(octets);
        return receive(octets.startsWith("HEAD "));
    }

    /** Receives the next response, interim ones (1xx) included. */
    public RawAnswer receive() throws IOException {
        return receive(false);
    }

    /** Receives the next response to a HEAD request, without a body whatever its headers say. */
    public RawAnswer receiveToHead() throws IOException {
        return receive(true);
    }

    /** Returns whether the server closes the connection within the limit, without another octet. */
    public boolean awaitClosed() throws IOException {
        return closesWithin(limit);
    }

    /** Returns whether the server closes the connection within this time, without another octet. */
    public boolean closesWithin(Duration time) throws IOException {
        return switch (next(time)) {
            case END -> true;
            case SILENCE -> false;
            case OCTETS -> throw new ProtocolException("more octets instead of the end");
        };
    }

    /** Sends everything that is pending, then closes the connection in both directions (FIN). */
    public void hangUp() throws IOException {
        writer.flush(limit);
        close();
    }

    /** Sends everything that is pending, then resets the connection (RST). */
    public void reset() throws IOException {
        writer.flush(limit);
        socket.setSoLinger(true, 0);
        close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        writer.close();
    }

    private RawAnswer receive(boolean toHead) throws IOException {
        long start = System.nanoTime();
        input.allow(limit);
        try {
            Head head = reader.head();
            if (head == null) {
                throw new ProtocolException("closed without a response");
            }
            if (!head.startLine().matches("HTTP/1\\.[01] [0-9]{3}( .*)?")) {
                throw new ProtocolException("not a status line: " + head.startLine());
            }
            int status = Integer.parseInt(head.startLine().substring(9, 12));
            String body = reader.answerBody(head, status, toHead);
            List<String> trailers = reader.trailers();
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            boolean closed = next(announcesClose(head) ? limit : SHORT_WAIT) == Next.END;
            return new RawAnswer(head, body, trailers, elapsed, closed);
        } catch (SocketTimeoutException e) {
            throw new SocketTimeoutException(
                    "no complete response within %s: '%s'".formatted(limit, reader.seen()));
        }
    }

    private Next next(Duration time) {
        input.allow(time);
        try {
            return reader.awaitMessage() ? Next.OCTETS : Next.END;
        } catch (SocketTimeoutException _) {
            return Next.SILENCE;
        } catch (IOException _) {
            return Next.END;
        }
    }

    private static boolean announcesClose(Head head) {
        boolean old = head.startLine().startsWith("HTTP/1.0");
        return head.says("Connection", "close") || (old && !head.says("Connection", "keep-alive"));
    }

    private enum Next {
        OCTETS,
        END,
        SILENCE
    }
}
