package dev.forwardguard.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.testing.Head;
import dev.forwardguard.testing.RawAnswer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.time.Duration;

/**
 * A keep-alive connection with as little overhead as possible, since the sender's time is part of
 * every measurement. It trusts the {@code Content-Length} of a response and does not look for bytes
 * after it.
 */
public final class KeptConnection implements AutoCloseable {
    private static final int LIMIT_MILLIS = 15_000;
    private static final String END_OF_HEAD = "\r\n\r\n";

    private final Socket socket = new Socket();
    private final InputStream in;
    private final byte[] buffer = new byte[64 << 10];
    private int filled;

    /** Connects to this port of 127.0.0.1. */
    public KeptConnection(int port) throws IOException {
        try {
            socket.connect(
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), LIMIT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(LIMIT_MILLIS);
            in = socket.getInputStream();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Sends a request and returns its response, which must have a {@code Content-Length}.
     *
     * @param octets the bytes of the request as Latin-1
     */
    public RawAnswer ask(String octets) throws IOException {
        long begun = System.nanoTime();
        filled = 0;
        socket.getOutputStream().write(octets.getBytes(ISO_8859_1));
        int head = 0;
        while (head <= 0) {
            readMore();
            head = new String(buffer, 0, filled, ISO_8859_1).indexOf(END_OF_HEAD) + 4;
            head = head < 4 ? 0 : head;
        }
        Head parsed = Head.parse(new String(buffer, 0, head, ISO_8859_1));
        int length =
                Integer.parseInt(
                        parsed.value("Content-Length")
                                .orElseThrow(() -> new ProtocolException("no length")));
        while (filled < head + length) {
            readMore();
        }
        String body = new String(buffer, head, length, ISO_8859_1);
        boolean closes = parsed.value("Connection").filter("close"::equalsIgnoreCase).isPresent();
        return new RawAnswer(parsed, body, Duration.ofNanos(System.nanoTime() - begun), closes);
    }

    /** Whether not a single octet of the last response arrived. */
    boolean receivedNothing() {
        return filled == 0;
    }

    private void readMore() throws IOException {
        int count = in.read(buffer, filled, buffer.length - filled);
        if (count <= 0) {
            throw new EOFException(count < 0 ? "closed" : "response too long");
        }
        filled += count;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // nothing is left to do with it
        }
    }
}
