package dev.forwardguard.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/**
 * A port of 127.0.0.1 that refuses every connection. A socket is bound to it and never listens.
 * Linux then answers with RST and lets no other socket listen there. It does not use the port for
 * outgoing connections either, which could otherwise connect to themselves.
 */
public final class RefusingPort implements AutoCloseable {
    private final Socket holder = new Socket();

    private RefusingPort() throws IOException {
        holder.setReuseAddress(false);
        holder.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    }

    /** Reserves a random port. */
    public static RefusingPort open() {
        try {
            return new RefusingPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port. */
    public int port() {
        return holder.getLocalPort();
    }

    /** {@code http://127.0.0.1:port}, without a slash at the end. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    @Override
    public void close() {
        try {
            holder.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
