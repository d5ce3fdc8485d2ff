package dev.forwardguard.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Predicate;

/**
 * The head of a question as nearly all of them come: whole, alone, a GET of HTTP/1.1 without a
 * body, and without anything that two readers could read differently. Read from its bytes in one
 * go, of which its headers are parts.
 *
 * <p>Never refuses: what it does not take is for Netty's decoder to judge, and what it does take
 * that one would read likewise.
 */
final class OrdinaryHead {
    private static final int MIN_BYTES = "GET / HTTP/1.1\r\n\r\n".length();
    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_FIELDS = 64;
    private static final byte[] NONE = {};
    private static final byte[] METHOD = "GET /".getBytes(ISO_8859_1);
    private static final byte[] VERSION = " HTTP/1.1\r\n".getBytes(ISO_8859_1);
    private static final int END = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

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

    /** Whatever would be wrong is not ordinary. */
    private static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    /** One for each event loop, which reads one head after the other. */
    private static final FastThreadLocal<OrdinaryHead> REUSED =
            new FastThreadLocal<>() {
                @Override
                protected OrdinaryHead initialValue() {
                    return new OrdinaryHead();
                }
            };

    private final HeaderNameTable names = new HeaderNameTable();
    private byte[] bytes = NONE;
    private int at;

    private OrdinaryHead() {}

    /**
     * Reads all of the bytes, or none of them.
     *
     * @param wanted says of a path whether it is one of a question
     * @return null if this is for Netty's decoder
     */
    static @Nullable FullHttpRequest read(ByteBuf buffer, Predicate<String> wanted) {
        int length = buffer.readableBytes();
        if (length < MIN_BYTES
                || length > MAX_BYTES
                || buffer.getInt(buffer.writerIndex() - Integer.BYTES) != END) {
            return null;
        }
        OrdinaryHead head = REUSED.get();
        FullHttpRequest request = head.request(buffer, length, wanted);
        if (request != null) {
            buffer.skipBytes(length);
        }
        return request;
    }

    private @Nullable FullHttpRequest request(
            ByteBuf buffer, int length, Predicate<String> wanted) {
        bytes = new byte[length];
        buffer.getBytes(buffer.readerIndex(), bytes);
        try {
            String target = target(wanted);
            HttpHeaders headers = target == null ? null : headers();
            return target == null || headers == null ? null : request(target, headers);
        } finally {
            bytes = NONE;
        }
    }

    private static FullHttpRequest request(String target, HttpHeaders headers) {
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.GET,
                target,
                Unpooled.EMPTY_BUFFER,
                headers,
                EmptyHttpHeaders.INSTANCE);
    }

    private @Nullable String target(Predicate<String> wanted) {
        int start = METHOD.length - 1;
        int end = start;
        int query = -1;
        while (bytes[end] > ' ' && bytes[end] < 0x7F) {
            if (bytes[end] == '?' && query < 0) {
                query = end;
            }
            end++;
        }
        at = end + VERSION.length;
        if (at >= bytes.length
                || !Arrays.equals(bytes, 0, METHOD.length, METHOD, 0, METHOD.length)
                || !Arrays.equals(bytes, end, at, VERSION, 0, VERSION.length)) {
            return null;
        }
        String path = text(start, query < 0 ? end : query);
        if (!wanted.test(path)) {
            return null;
        }
        return query < 0 ? path : text(start, end);
    }

    private String text(int start, int end) {
        return new String(bytes, start, end - start, ISO_8859_1);
    }

    private @Nullable HttpHeaders headers() {
        HttpHeaders headers = UNCHECKED.newHeaders();
        int count = 0;
        while (bytes[at] != '\r') {
            AsciiString name = count < MAX_FIELDS ? name() : null;
            AsciiString value = name == null ? null : value();
            if (name == null || value == null || !isOrdinary(name, value)) {
                return null;
            }
            headers.add(name, value);
            count++;
        }
        return at + 2 == bytes.length ? headers : null;
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

    /** Where the next control character is, of which there is one: the head ends in some. */
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

    /** Whether this says nothing of the end of the request, and of the connection's in one word. */
    private static boolean isOrdinary(AsciiString name, AsciiString value) {
        return switch (name.length()) {
            case 6 -> !HttpHeaderNames.EXPECT.contentEqualsIgnoreCase(name);
            case 7 -> !HttpHeaderNames.UPGRADE.contentEqualsIgnoreCase(name);
            case 10 ->
                    !HttpHeaderNames.CONNECTION.contentEqualsIgnoreCase(name)
                            || HttpHeaderValues.KEEP_ALIVE.contentEqualsIgnoreCase(value)
                            || HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(value);
            case 14 -> !HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name);
            case 17 -> !HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name);
            default -> true;
        };
    }
}
