package dev.forwardguard.http1;

import dev.forwardguard.outcome.UpstreamResponse;

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
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Netty's response decoder with a shorter way for {@linkplain FastResponseParser fast answers}, and
 * without its leniency: where a response says two things about its own end, a verdict could be made
 * up of another answer's bytes, so it is refused (RFC 9112 section 6.3).
 *
 * <p>Not {@code HttpClientCodec}, because that one hides its decoder, and with it the arrival of
 * bytes that are not yet a message: a header that drips is progress for the read timeout.
 */
public final class StrictResponseDecoder extends HttpResponseDecoder {
    static final int MAX_HEADER_BYTES = 64 * 1024;
    public static final int MAX_HEADER_FIELDS = 1000;
    private static final int MAX_STATUS_LINE_BYTES = 8 * 1024;

    private final Runnable onBytes;
    private final BooleanSupplier answered;
    private boolean atBeginning = true;
    private boolean excess;

    /**
     * @param onBytes called when bytes arrive, before they are decoded
     * @param answered whether the answer is complete, so that every further byte is one too many
     */
    public StrictResponseDecoder(Runnable onBytes, BooleanSupplier answered) {
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

    /** Netty skips empty lines between messages and says nothing of them. */
    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
            throws Exception {
        excess |= answered.getAsBoolean() && bytes.isReadable();
        UpstreamResponse fast = atBeginning ? FastResponseParser.read(bytes) : null;
        if (fast != null) {
            out.add(fast);
            return;
        }
        int before = out.size();
        super.decode(ctx, bytes, out);
        // anything else may be the beginning of a message, of which Netty keeps what it has read
        atBeginning =
                out.size() > before
                        && out.getLast() instanceof LastHttpContent end
                        && end.decoderResult().isSuccess();
    }

    /** Whether bytes have arrived that belong to no answer. */
    public boolean hasExcess() {
        return excess || actualReadableBytes() > 0;
    }

    /**
     * Netty takes "http/1.1" for a version, and "+200" and "0200" for a 200, and lets control bytes
     * through.
     */
    @Override
    protected HttpMessage createMessage(String[] statusLine) {
        if (!isHttp1(statusLine[0])
                || !isThreeDigits(statusLine[1])
                || hasControls(statusLine[2])) {
            throw new IllegalArgumentException("not a status line of HTTP/1");
        }
        return super.createMessage(statusLine);
    }

    /**
     * Netty drops whatever stands between the first word and the colon: "Content-Length is: 5"
     * would be a length. Blanks alone are to be dropped (RFC 9112 section 5.1).
     */
    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        int end = start + length;
        while (end < line.length && (line[end] == ' ' || line[end] == '\t')) {
            end++;
        }
        if (end == line.length || line[end] != ':') {
            throw new IllegalArgumentException("more than one word before the colon");
        }
        return super.splitHeaderName(line, start, length);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
    }

    private static boolean isHttp1(String version) {
        return version.equals("HTTP/1.1") || version.equals("HTTP/1.0");
    }

    private static boolean isThreeDigits(String status) {
        return status.length() == 3
                && isDigit(status.charAt(0))
                && isDigit(status.charAt(1))
                && isDigit(status.charAt(2));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean hasControls(String phrase) {
        for (int i = 0; i < phrase.length(); i++) {
            char c = phrase.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7F) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a decoded head leaves no doubt about its framing: exactly "chunked" or nothing, since
     * any other transfer coding is one that nobody here can decode.
     */
    public static boolean isUnambiguous(HttpResponse head) {
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
