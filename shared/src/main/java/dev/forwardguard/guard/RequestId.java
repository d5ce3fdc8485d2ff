package dev.forwardguard.guard;

import io.netty.handler.codec.http.HttpHeaders;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * By which a visitor who reads a number to the operator can be found in the logs. Not a secret.
 *
 * @param value letters, digits and {@code . _ -} only, so that it can stand in a page, a header and
 *     a log line as it is
 */
public record RequestId(String value) {
    /** Gateways that give numbers to requests use this one, and so do we. */
    public static final String HEADER = "X-Request-Id";

    private static final int SHORTEST = 8;
    private static final int LONGEST = 64;

    /** The one that the gateway gave if it is sane, else a new one. */
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
