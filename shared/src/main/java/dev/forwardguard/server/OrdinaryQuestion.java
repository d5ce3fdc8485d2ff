package dev.forwardguard.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.head.HeaderLines;

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
 * A question as nearly all of them come: whole, alone, a GET of HTTP/1.1 without a body, and with
 * {@linkplain HeaderLines ordinary headers}. Netty would read it likewise, but more slowly, and
 * what is not taken here is for Netty to read.
 */
final class OrdinaryQuestion {
    private static final int MIN_BYTES = "GET / HTTP/1.1\r\n\r\n".length();
    private static final int MAX_BYTES = 64 * 1024;
    private static final byte[] METHOD = "GET /".getBytes(ISO_8859_1);
    private static final byte[] VERSION = " HTTP/1.1\r\n".getBytes(ISO_8859_1);

    private OrdinaryQuestion() {}

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
                || buffer.getInt(buffer.writerIndex() - Integer.BYTES) != HeaderLines.END) {
            return null;
        }
        byte[] bytes = new byte[length];
        buffer.getBytes(buffer.readerIndex(), bytes);
        FullHttpRequest question = read(bytes, wanted);
        if (question != null) {
            buffer.skipBytes(length);
        }
        return question;
    }

    private static @Nullable FullHttpRequest read(byte[] bytes, Predicate<String> wanted) {
        int start = METHOD.length - 1;
        int end = start;
        int query = -1;
        while (bytes[end] > ' ' && bytes[end] < 0x7F) {
            if (bytes[end] == '?' && query < 0) {
                query = end;
            }
            end++;
        }
        int headers = end + VERSION.length;
        if (headers >= bytes.length
                || !Arrays.equals(bytes, 0, METHOD.length, METHOD, 0, METHOD.length)
                || !Arrays.equals(bytes, end, headers, VERSION, 0, VERSION.length)) {
            return null;
        }
        String path = text(bytes, start, query < 0 ? end : query);
        return wanted.test(path)
                ? read(query < 0 ? path : text(bytes, start, end), bytes, headers)
                : null;
    }

    private static String text(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, ISO_8859_1);
    }

    private static @Nullable FullHttpRequest read(String target, byte[] bytes, int start) {
        HeaderLines lines = HeaderLines.ofThisThread();
        HttpHeaders headers = lines.read(bytes, start);
        return headers == null
                        || lines.end() != bytes.length
                        || lines.contentLength() != HeaderLines.NO_LENGTH
                ? null
                : new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.GET,
                        target,
                        Unpooled.EMPTY_BUFFER,
                        headers,
                        EmptyHttpHeaders.INSTANCE);
    }
}
