package dev.forwardguard.guard;

import io.netty.handler.codec.http.HttpHeaders;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The id of a request in pages and logs. Visitors read it to the operator, who finds the log lines
 * by it. Not a secret.
 *
 * @param value only letters, digits and {@code . _ -}, so that pages, headers and log lines need no
 *     escaping
 */
public record RequestId(String value) {
    /** The header in which gateways commonly send a request id. */
    public static final String HEADER = "X-Request-Id";

    private static final int SHORTEST = 8;
    private static final int LONGEST = 64;

    /**
     * The id that the gateway sent, if there is exactly one and it has 8 to 64 plain characters.
     * Otherwise a new random one.
     */
    public static RequestId of(HttpHeaders headers) {
        List<String> given = headers.getAll(HEADER);
        return given.size() == 1 && isSane(given.getFirst())
                ? new RequestId(given.getFirst())
                : random();
    }

    private static RequestId random() {
        return new RequestId(HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
    }

    private static boolean isSane(String id) {
        return id.length() >= SHORTEST
                && id.length() <= LONGEST
                && id.chars().allMatch(RequestId::isPlain);
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    @Override
    public String toString() {
        return value;
    }
}
