package dev.forwardguard.http1;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Parses unambiguous header sections (RFC 9112 section 5), which any two parsers read the same way:
 * no line folding, no {@code Transfer-Encoding}, {@code Expect} or {@code Upgrade}, and at most one
 * {@code Content-Length}.
 *
 * <p>Rejects nothing. What it does not accept is for Netty's decoder to judge, and what it accepts
 * Netty's decoder would read the same way. There is one instance per thread, which parses one head
 * after the other.
 */
public final class FieldLineParser {
    /** The value of {@link #contentLength()} if there is none. */
    public static final int NO_LENGTH = -1;

    /** The bytes that a head has to end in, so that no line is searched for beyond them. */
    public static final int END = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private static final int MAX_FIELDS = 64;
    private static final int MAX_LENGTH_DIGITS = 7;
    private static final byte[] NONE = {};

    /** More than most heads need. */
    private static final int FIRST_BYTES = 4 * 1024;

    /** Enough for cookies of 16 KiB, which are not rare. A buffer for a larger head is not kept. */
    private static final int MOST_BYTES_KEPT = 32 * 1024;

    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (char c = '!'; c < 0x7F; c++) {
            TOKEN[c] = "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0; // RFC 9110 section 5.6.2
        }
    }

    private static final FastThreadLocal<FieldLineParser> OF_THIS_THREAD =
            new FastThreadLocal<>() {
                @Override
                protected FieldLineParser initialValue() {
                    return new FieldLineParser();
                }
            };

    private final HeaderNameCache nameCache = new HeaderNameCache();
    private final @Nullable AsciiString[] names = new AsciiString[MAX_FIELDS];
    private final int[] starts = new int[MAX_FIELDS];
    private final int[] ends = new int[MAX_FIELDS];
    private byte[] buffer = NONE;
    private byte[] bytes = NONE;
    private int at;
    private int fields;
    private int contentLength;
    private boolean hasConnection;

    private FieldLineParser() {}

    /** Returns the instance of the current thread. */
    public static FieldLineParser ofThisThread() {
        return OF_THIS_THREAD.get();
    }

    /**
     * Returns an array of at least this length, to parse a head from. It is the same array again
     * and again, so what is needed of it has to be copied before the next head.
     */
    public byte[] buffer(int atLeast) {
        if (atLeast > MOST_BYTES_KEPT) {
            return new byte[atLeast];
        }
        if (buffer.length < atLeast) {
            buffer = new byte[Math.max(FIRST_BYTES, Integer.highestOneBit(atLeast - 1) << 1)];
        }
        return buffer;
    }

    /**
     * Parses the field lines from {@code start} to the empty line. Copies only the values.
     *
     * @param head contains {@link #END}; anything may stand before it
     * @return null if the head is for Netty's decoder
     */
    public @Nullable HttpHeaders read(byte[] head, int start) {
        bytes = head;
        at = start;
        fields = 0;
        contentLength = NO_LENGTH;
        hasConnection = false;
        try {
            while (bytes[at] != '\r') {
                if (fields == MAX_FIELDS || !readLine()) {
                    return null;
                }
            }
            at += 2;
            return bytes[at - 1] == '\n' ? headers() : null;
        } finally {
            Arrays.fill(names, 0, fields, null);
            bytes = NONE;
        }
    }

    /** Returns the index at which the head that was parsed last ends, and the body begins. */
    public int end() {
        return at;
    }

    /**
     * Returns the {@code Content-Length} of the head that was parsed last, in bytes, or {@link
     * #NO_LENGTH}.
     */
    public int contentLength() {
        return contentLength;
    }

    private boolean readLine() {
        AsciiString name = name();
        if (name == null) {
            return false;
        }
        int start = at;
        while (bytes[start] == ' ') {
            start++;
        }
        int end = ByteScanner.nextControl(bytes, start);
        if (bytes[end] != '\r' || bytes[end + 1] != '\n') {
            return false;
        }
        at = end + 2;
        while (end > start && bytes[end - 1] == ' ') {
            end--;
        }
        if (!isUnambiguous(name, start, end)) {
            return false;
        }
        names[fields] = name;
        starts[fields] = start;
        ends[fields] = end;
        fields++;
        return true;
    }

    /**
     * Parses a field name; null if it is not a token. A name that is in the cache is known to be
     * one. Any other name is checked byte by byte.
     */
    private @Nullable AsciiString name() {
        int start = at;
        int colon = ByteScanner.nextColon(bytes, start);
        at = colon + 1;
        AsciiString known = nameCache.find(bytes, start, colon);
        return known == null && isToken(start, colon) ? nameCache.add(bytes, start, colon) : known;
    }

    private boolean isToken(int start, int end) {
        int next = start;
        while (next < end && TOKEN[bytes[next] & 0xFF]) {
            next++;
        }
        return next == end && end > start;
    }

    private HttpHeaders headers() {
        int length = 0;
        for (int i = 0; i < fields; i++) {
            length += ends[i] - starts[i];
        }
        byte[] values = new byte[length];
        var namesAndValues = new CharSequence[2 * fields];
        int to = 0;
        for (int i = 0; i < fields; i++) {
            int more = ends[i] - starts[i];
            System.arraycopy(bytes, starts[i], values, to, more);
            namesAndValues[2 * i] = requireNonNull(names[i]);
            namesAndValues[2 * i + 1] = new AsciiString(values, to, more, false);
            to += more;
        }
        return new ReadOnlyHttpHeaders(false, namesAndValues);
    }

    /**
     * Whether the line leaves no doubt about the message's end and the connection's: one {@code
     * Content-Length} in digits, one known word of {@code Connection}, and no {@code Expect},
     * {@code Upgrade} or {@code Transfer-Encoding}.
     */
    private boolean isUnambiguous(AsciiString name, int start, int end) {
        return switch (name.length()) {
            case 6 -> !HttpHeaderNames.EXPECT.contentEqualsIgnoreCase(name);
            case 7 -> !HttpHeaderNames.UPGRADE.contentEqualsIgnoreCase(name);
            case 10 ->
                    !HttpHeaderNames.CONNECTION.contentEqualsIgnoreCase(name)
                            || isOnlyWord(new AsciiString(bytes, start, end - start, false));
            case 14 ->
                    !HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
                            || (contentLength == NO_LENGTH && isLength(start, end));
            case 17 -> !HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name);
            default -> true;
        };
    }

    private boolean isOnlyWord(AsciiString connection) {
        boolean first = !hasConnection;
        hasConnection = true;
        return first
                && (HttpHeaderValues.KEEP_ALIVE.contentEqualsIgnoreCase(connection)
                        || HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(connection));
    }

    private boolean isLength(int start, int end) {
        if (start == end || end - start > MAX_LENGTH_DIGITS) {
            return false;
        }
        int length = 0;
        for (int i = start; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            length = 10 * length + digit;
        }
        contentLength = length;
        return true;
    }
}
