package dev.forwardguard.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Netty's response decoder without its leniency: where a response says two things about its own
 * end, a verdict could be made up of another answer's bytes, so it is refused (RFC 9112 section
 * 6.3).
 *
 * <p>Not {@code HttpClientCodec}, because that one hides its decoder, and with it the arrival of
 * bytes that are not yet a message: a header that drips is progress for the read timeout.
 */
final class StrictResponseDecoder extends HttpResponseDecoder {
    static final int MAX_HEADER_BYTES = 64 * 1024;
    static final int MAX_HEADER_FIELDS = 1000;
    private static final int MAX_STATUS_LINE_BYTES = 8 * 1024;

    private final Runnable onBytes;
    private final BooleanSupplier answered;
    private boolean excess;

    /**
     * @param onBytes called when bytes arrive, before they are decoded
     * @param answered whether the answer is complete, so that every further byte is one too many
     */
    StrictResponseDecoder(Runnable onBytes, BooleanSupplier answered) {
        super(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_STATUS_LINE_BYTES)
                        .setMaxHeaderSize(MAX_HEADER_BYTES)
                        // a line may end in a bare LF (RFC 9112 section 2.2); a chunk may not,
                        // either way
                        .setStrictLineParsing(false));
        this.onBytes = onBytes;
        this.answered = answered;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        onBytes.run();
        super.channelRead(ctx, message);
    }

    /** Netty skips empty lines between messages and says nothing. */
    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
            throws Exception {
        excess |= answered.getAsBoolean() && bytes.isReadable();
        super.decode(ctx, bytes, out);
    }

    /** Whether bytes have arrived that belong to no answer. */
    boolean hasExcess() {
        return excess || actualReadableBytes() > 0;
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
    }

    /** Whether a decoded head leaves no doubt about version and framing. */
    static boolean isUnambiguous(HttpResponse head) {
        return isHttp1(head.protocolVersion()) && isFramedOnce(head);
    }

    private static boolean isHttp1(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    }

    /**
     * Exactly "chunked" or nothing: any other transfer coding is one that nobody here can decode.
     */
    private static boolean isFramedOnce(HttpResponse head) {
        HttpHeaders headers = head.headers();
        if (!headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return true;
        }
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return codings.size() == 1
                && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst())
                && head.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    }
}
