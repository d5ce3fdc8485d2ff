package dev.forwardguard.testing;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A complete answer as it came over the wire.
 *
 * @param head its head, every octet of it
 * @param body its body without transfer coding, octets as Latin-1
 * @param elapsed from when it was asked, or waited for after sending several, to its last octet
 * @param closed whether the server ended the connection: it is waited for if the answer announces
 *     it; if not, this is the state right after the answer, and {@link RawConnection#awaitClosed}
 *     tells for sure
 */
public record RawAnswer(Head head, String body, Duration elapsed, boolean closed) {
    /** The status as a number. */
    public int status() {
        return Integer.parseInt(head.startLine().substring(9, 12));
    }

    /** All header lines in order, repeats and case kept. */
    public List<Header> headers() {
        return head.headers();
    }

    /** The first header of this name, whatever its case. */
    public Optional<String> header(String name) {
        return head.value(name);
    }

    /** All headers of this name in order, whatever their case. */
    public List<String> headers(String name) {
        return head.values(name);
    }
}
