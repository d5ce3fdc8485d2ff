package dev.forwardguard.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;

/**
 * An HTTP client that sends exactly what it is told and hides nothing of what comes back. Nothing
 * takes longer than its limit, 15 s unless {@link #limit} says otherwise.
 */
public record RawHttp(InetSocketAddress server, Duration limit) {
    /** Speaks to 127.0.0.1. */
    public static RawHttp to(int port) {
        return new RawHttp(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
                Duration.ofSeconds(15));
    }

    /** Speaks to the port of 127.0.0.1 that a URI names, such as that of an embedded server. */
    public static RawHttp to(URI uri) {
        return to(uri.getPort());
    }

    /** The same with another limit. */
    public RawHttp limit(Duration other) {
        return new RawHttp(server, other);
    }

    /** One question on a connection of its own. */
    public RawAnswer ask(RawRequest request) throws IOException {
        return ask(request.wire());
    }

    /** One question, octets as Latin-1, on a connection of its own. */
    public RawAnswer ask(String octets) throws IOException {
        try (RawConnection connection = connect()) {
            return connection.ask(octets);
        }
    }

    /** A connection for several questions, or for half ones. */
    public RawConnection connect() throws IOException {
        return new RawConnection(server, limit);
    }
}
