package dev.forwardguard.testing;

import java.util.List;
import java.util.Optional;

/**
 * A request as {@link StubUpstream} received it.
 *
 * @param connection the number of its connection; 1 is the first one accepted
 * @param onConnection its number among the requests of that connection, from 1
 * @param head all octets of its request line and header section
 * @param body its body without transfer coding, octets as Latin-1
 * @param trailers the lines after its last chunk, as they were sent
 */
public record ReceivedRequest(
        int connection, int onConnection, Head head, String body, List<String> trailers) {
    /** The method as sent. */
    public String method() {
        return word(0);
    }

    /** The request target as sent: path and query, octet by octet. */
    public String uri() {
        return word(1);
    }

    /** The version as sent, such as {@code HTTP/1.1}. */
    public String version() {
        return word(2);
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

    private String word(int index) {
        List<String> words = List.of(head.startLine().split(" ", -1));
        return index < words.size() ? words.get(index) : "";
    }
}
