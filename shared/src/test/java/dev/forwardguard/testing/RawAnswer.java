package dev.forwardguard.testing;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A complete response as it came over the wire.
 *
 * @param head all octets of its status line and header section
 * @param body its body without transfer coding, octets as Latin-1
 * @param trailers the lines after its last chunk, as they were sent
 * @param elapsed the time from sending the request to the last octet; after sending several
 *     requests, from when the client began to wait for this response
 * @param closed whether the server closed the connection. If the response announces it, the client
 *     waits for it. If not, this is the state right after the response; use {@link
 *     RawConnection#awaitClosed} to be sure
 */
public record RawAnswer(
        Head head, String body, List<String> trailers, Duration elapsed, boolean closed) {
    /** A response without trailers. */
    public RawAnswer(Head head, String body, Duration elapsed, boolean closed) {
        this(head, body, List.of(), elapsed, closed);
    }

    /** The status as a number. */
    public int status() {
        return Integer.parseInt(head.startLine().substring(9, 12));
    }

    /** All field lines in order, with repeats and case kept. */
    public List<Header> headers() {
        return head.headers();
    }

    /** The first header of this name, ignoring case. */
    public Optional<String> header(String name) {
        return head.value(name);
    }

    /** All headers of this name in order, ignoring case. */
    public List<String> headers(String name) {
        return head.values(name);
    }
}
