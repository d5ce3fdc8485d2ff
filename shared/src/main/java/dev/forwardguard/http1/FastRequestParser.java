package dev.forwardguard.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Parses auth requests in their usual form: an HTTP/1.1 GET that is complete, alone in the buffer,
 * without a body, and with an {@linkplain FieldLineParser unambiguous header section}. This is the
 * fast path. Netty's decoder would read these requests the same way, but more slowly, and gets
 * everything that is not accepted here.
 */
public final class FastRequestParser {
    private static final int MIN_BYTES = "GET / HTTP/1.1\r\n\r\n".length();
    private static final int MAX_BYTES = 64 * 1024;
    private static final byte[] METHOD = "GET /".getBytes(ISO_8859_1);
    private static final int METHOD_INT = 'G' << 24 | 'E' << 16 | 'T' << 8 | ' ';
    private static final int TARGET = METHOD.length - 1;
    private static final byte[] VERSION = " HTTP/1.1\r\n".getBytes(ISO_8859_1);

    private FastRequestParser() {}

    /**
     * Whether these bytes may be the beginning of a request that {@link #read} accepts when the
     * rest has arrived.
     */
    public static boolean mayContinue(ByteBuf buffer) {
        int length = buffer.readableBytes();
        return FastPath.isOn()
                && length <= MAX_BYTES
                && length >= METHOD.length
                && buffer.getInt(buffer.readerIndex()) == METHOD_INT;
    }

    /**
     * Parses all of the bytes, or none of them.
     *
     * @param handles whether a path is one of an auth request
     * @return null if the bytes are for Netty's decoder
     */
    public static @Nullable FullHttpRequest read(ByteBuf buffer, Predicate<String> handles) {
        int length = buffer.readableBytes();
        if (!FastPath.isOn()
                || length < MIN_BYTES
                || length > MAX_BYTES
                || buffer.getInt(buffer.writerIndex() - Integer.BYTES) != FieldLineParser.END) {
            return null;
        }
        FieldLineParser lines = FieldLineParser.ofThisThread();
        byte[] bytes = lines.buffer(length);
        buffer.getBytes(buffer.readerIndex(), bytes, 0, length);
        int end = endOfTarget(bytes);
        int start = end + VERSION.length;
        if (start >= length
                || !Arrays.equals(bytes, 0, METHOD.length, METHOD, 0, METHOD.length)
                || !Arrays.equals(bytes, end, start, VERSION, 0, VERSION.length)) {
            return null;
        }
        String target = new String(bytes, TARGET, end - TARGET, ISO_8859_1);
        if (!handles.test(path(target))) {
            return null;
        }
        HttpHeaders headers = lines.read(bytes, start);
        if (headers == null
                || lines.end() != length
                || lines.contentLength() != FieldLineParser.NO_LENGTH) {
            return null;
        }
        buffer.skipBytes(length);
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.GET,
                target,
                Unpooled.EMPTY_BUFFER,
                headers,
                EmptyHttpHeaders.INSTANCE);
    }

    private static int endOfTarget(byte[] bytes) {
        int end = TARGET;
        while (bytes[end] > ' ' && bytes[end] < 0x7F) {
            end++;
        }
        return end;
    }

    private static String path(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }
}
