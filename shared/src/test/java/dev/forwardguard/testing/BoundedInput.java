package dev.forwardguard.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * The input of a socket up to a fixed deadline, which does not move with each octet as a read
 * timeout would.
 */
final class BoundedInput extends InputStream {
    private final Socket socket;
    private final InputStream in;
    private long deadline;

    BoundedInput(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /** Allows reading for this long from now on. */
    void allow(Duration limit) {
        deadline = System.nanoTime() + limit.toNanos();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the time limit is exceeded");
        }
        socket.setSoTimeout((int) (left / 1_000_000) + 1);
        return in.read(buffer, offset, length);
    }
}
