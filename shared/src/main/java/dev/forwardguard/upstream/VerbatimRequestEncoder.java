package dev.forwardguard.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;

/**
 * Writes the request target as the bytes that came in: Netty reads one char per byte, but writes
 * chars as UTF-8.
 */
final class VerbatimRequestEncoder extends HttpRequestEncoder {
    @Override
    protected void encodeInitialLine(ByteBuf out, HttpRequest request) {
        out.writeCharSequence(
                request.method().name() + ' ' + request.uri() + " HTTP/1.1\r\n", ISO_8859_1);
    }
}
