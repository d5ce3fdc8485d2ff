package dev.forwardguard.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Parses responses in their usual form: complete, followed by nothing, and with an {@linkplain
 * FieldLineParser unambiguous header section} that gives their length. This is the fast path.
 * Netty's decoder would read these responses the same way, but more slowly, and gets everything
 * that is not accepted here.
 */
final class FastResponseParser {
    /** A larger response is better read directly into its body. */
    private static final int MAX_BYTES = 16 * 1024;

    private static final byte[] NO_BODY = {};
    private static final byte[] VERSION = "HTTP/1.1 ".getBytes(ISO_8859_1);
    private static final int PHRASE = "HTTP/1.1 200 ".length();
    private static final int MIN_BYTES = "HTTP/1.1 200 .\r\n\r\n".length();

    private FastResponseParser() {}

    /**
     * Parses all of the bytes, or none of them.
     *
     * @return null if the bytes are for Netty's decoder
     */
    static @Nullable UpstreamResponse read(ByteBuf buffer) {
        int length = buffer.readableBytes();
        if (!FastPath.isOn() || length < MIN_BYTES || length > MAX_BYTES) {
            return null;
        }
        FieldLineParser lines = FieldLineParser.ofThisThread();
        byte[] bytes = lines.buffer(length + Integer.BYTES);
        buffer.getBytes(buffer.readerIndex(), bytes, 0, length);
        bytes[length] = bytes[length + 2] = '\r';
        bytes[length + 1] = bytes[length + 3] = '\n';
        HttpResponseStatus status = status(bytes);
        UpstreamResponse response = status == null ? null : read(status, lines, bytes, length);
        if (response != null) {
            buffer.skipBytes(length);
        }
        return response;
    }

    /**
     * Returns the status, or null if the reason phrase is missing, or has blanks around it or
     * unusual bytes in it.
     */
    private static @Nullable HttpResponseStatus status(byte[] bytes) {
        int code = 0;
        for (int i = VERSION.length; i < PHRASE - 1; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            code = 10 * code + digit;
        }
        int end = PHRASE;
        while (bytes[end] >= ' ' && bytes[end] < 0x7F) {
            end++;
        }
        boolean fast =
                Arrays.equals(bytes, 0, VERSION.length, VERSION, 0, VERSION.length)
                        && bytes[PHRASE - 1] == ' '
                        && end > PHRASE
                        && bytes[PHRASE] != ' '
                        && bytes[end - 1] != ' '
                        && bytes[end] == '\r'
                        && bytes[end + 1] == '\n';
        return fast
                ? HttpResponseStatus.valueOf(
                        code, new String(bytes, PHRASE, end - PHRASE, ISO_8859_1))
                : null;
    }

    private static @Nullable UpstreamResponse read(
            HttpResponseStatus status, FieldLineParser lines, byte[] bytes, int length) {
        int start = PHRASE + status.reasonPhrase().length() + 2;
        HttpHeaders headers = lines.read(bytes, start);
        if (headers == null || lines.end() + bodyLength(status, lines) != length) {
            return null;
        }
        return new UpstreamResponse(
                status,
                headers,
                lines.end() == length ? NO_BODY : Arrays.copyOfRange(bytes, lines.end(), length));
    }

    /**
     * Returns the length of the body (RFC 9112 section 6.3).
     *
     * @return {@link #MAX_BYTES}, which is more than can follow a head, if the slow path has to
     *     decide
     */
    private static int bodyLength(HttpResponseStatus status, FieldLineParser lines) {
        return switch (status.codeClass()) {
            case SUCCESS, REDIRECTION, CLIENT_ERROR, SERVER_ERROR -> {
                boolean hasNone = status.code() == 204 || status.code() == 304;
                boolean hasLength = lines.contentLength() != FieldLineParser.NO_LENGTH;
                if (hasNone == hasLength) {
                    yield MAX_BYTES;
                }
                yield hasNone ? 0 : lines.contentLength();
            }
            case INFORMATIONAL, UNKNOWN -> MAX_BYTES;
        };
    }
}
