package dev.forwardguard.head;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads the header lines of a head (RFC 9112 section 5) that no two readers could read differently,
 * and that say nothing of the message's end but its length in bytes. The values are parts of the
 * bytes that they were read from.
 *
 * <p>Never refuses: what it does not take is for Netty's decoder to judge, and what it does take
 * that one would read likewise. One for each thread, which reads one head after the other.
 */
public final class HeaderLines {
    /** What {@link #contentLength()} is if there is none. */
    public static final int NO_LENGTH = -1;

    /** What the bytes have to end in, so that no line is looked for beyond them. */
    public static final int END = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private static final int MAX_FIELDS = 64;
    private static final int MAX_LENGTH_DIGITS = 7;
    private static final byte[] NONE = {};

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long BLANKS = 0x20_20_20_20_20_20_20_20L;
    private static final long DELS = 0x7F_7F_7F_7F_7F_7F_7F_7FL;
    private static final long ONES = 0x01_01_01_01_01_01_01_01L;
    private static final long UPPER_BITS = 0x80_80_80_80_80_80_80_80L;

    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (char c = '!'; c < 0x7F; c++) {
            TOKEN[c] = "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0; // RFC 9110 section 5.6.2
        }
    }

    private static final FastThreadLocal<HeaderLines> OF_THIS_THREAD =
            new FastThreadLocal<>() {
                @Override
                protected HeaderLines initialValue() {
                    return new HeaderLines();
                }
            };

    private final HeaderNameTable names = new HeaderNameTable();
    private final CharSequence[] namesAndValues = new CharSequence[2 * MAX_FIELDS];
    private byte[] bytes = NONE;
    private int at;
    private int contentLength;

    private HeaderLines() {}

    /** The only one that this thread may use. */
    public static HeaderLines ofThisThread() {
        return OF_THIS_THREAD.get();
    }

    /**
     * Reads the lines from there to the empty one.
     *
     * @param head ends in {@link #END}, before which there may be anything; not to be changed any
     *     more
     * @return null if this is for Netty's decoder
     */
    public @Nullable HttpHeaders read(byte[] head, int start) {
        bytes = head;
        at = start;
        contentLength = NO_LENGTH;
        int size = 0;
        try {
            while (bytes[at] != '\r') {
                AsciiString name = size < namesAndValues.length ? name() : null;
                AsciiString value = name == null ? null : value();
                if (name == null || value == null || !isOrdinary(name, value)) {
                    return null;
                }
                namesAndValues[size++] = name;
                namesAndValues[size++] = value;
            }
            at += 2;
            return bytes[at - 1] == '\n'
                    ? new ReadOnlyHttpHeaders(false, Arrays.copyOf(namesAndValues, size))
                    : null;
        } finally {
            Arrays.fill(namesAndValues, 0, size, null);
            bytes = NONE;
        }
    }

    /** Where what was read last ends, and the body begins. */
    public int end() {
        return at;
    }

    /** What was read last says of its body, in bytes, or {@link #NO_LENGTH}. */
    public int contentLength() {
        return contentLength;
    }

    private @Nullable AsciiString name() {
        int start = at;
        int end = start;
        while (TOKEN[bytes[end] & 0xFF]) {
            end++;
        }
        at = end + 1;
        return end == start || bytes[end] != ':' ? null : names.name(bytes, start, end);
    }

    private @Nullable AsciiString value() {
        int start = at;
        while (bytes[start] == ' ') {
            start++;
        }
        int end = nextControl(start);
        if (bytes[end] != '\r' || bytes[end + 1] != '\n') {
            return null;
        }
        at = end + 2;
        while (end > start && bytes[end - 1] == ' ') {
            end--;
        }
        return new AsciiString(bytes, start, end - start, false);
    }

    /** Where the next control character is, of which there is one: the bytes end in some. */
    private int nextControl(int from) {
        int next = from;
        while (next + Long.BYTES <= bytes.length) {
            long found = controls((long) EIGHT_BYTES.get(bytes, next));
            if (found != 0) {
                return next + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            next += Long.BYTES;
        }
        while (bytes[next] < 0 || (bytes[next] >= ' ' && bytes[next] != 0x7F)) {
            next++;
        }
        return next;
    }

    /** The upper bit of each of eight bytes that is less than a blank, or DEL; up to the first. */
    private static long controls(long eight) {
        long belowBlank = (eight - BLANKS) & ~eight;
        long zeroIfDel = eight ^ DELS;
        long del = (zeroIfDel - ONES) & ~zeroIfDel;
        return (belowBlank | del) & UPPER_BITS;
    }

    /** Of the message's end its length, once and in digits; of the connection's one word. */
    private boolean isOrdinary(AsciiString name, AsciiString value) {
        return switch (name.length()) {
            case 6 -> !HttpHeaderNames.EXPECT.contentEqualsIgnoreCase(name);
            case 7 -> !HttpHeaderNames.UPGRADE.contentEqualsIgnoreCase(name);
            case 10 ->
                    !HttpHeaderNames.CONNECTION.contentEqualsIgnoreCase(name)
                            || HttpHeaderValues.KEEP_ALIVE.contentEqualsIgnoreCase(value)
                            || HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(value);
            case 14 ->
                    !HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
                            || (contentLength == NO_LENGTH && isLength(value));
            case 17 -> !HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name);
            default -> true;
        };
    }

    private boolean isLength(AsciiString value) {
        if (value.isEmpty() || value.length() > MAX_LENGTH_DIGITS) {
            return false;
        }
        int length = 0;
        for (int i = 0; i < value.length(); i++) {
            int digit = value.byteAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            length = 10 * length + digit;
        }
        contentLength = length;
        return true;
    }
}
