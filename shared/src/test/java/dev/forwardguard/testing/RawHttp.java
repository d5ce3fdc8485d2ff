package dev.forwardguard.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;

/**
 * An HTTP client that sends exactly the given octets and returns everything that comes back. No
 * operation takes longer than its limit: 15 s unless {@link #limit} sets another.
 */
public record RawHttp(InetSocketAddress server, Duration limit) {
    /** A client of a port of 127.0.0.1. */
    public static RawHttp to(int port) {
        return new RawHttp(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
                Duration.ofSeconds(15));
    }

    /** A client of the port of 127.0.0.1 that a URI names, such as that of an embedded server. */
    public static RawHttp to(URI uri) {
        return to(uri.getPort());
    }

    /** The same client with another limit. */
    public RawHttp limit(Duration other) {
        return new RawHttp(server, other);
    }

    /** Sends one request on its own connection and returns the response. */
    public RawAnswer ask(RawRequest request) throws IOException {
        return ask(request.wire());
    }

    /** Sends one request, octets as Latin-1, on its own connection and returns the response. */
    public RawAnswer ask(String octets) throws IOException {
        try (RawConnection connection = connect()) {
            return connection.ask(octets);
        }
    }

    /** Opens a connection, for several requests or for incomplete ones. */
    public RawConnection connect() throws IOException {
        return new RawConnection(server, limit);
    }
}
