package dev.forwardguard.http1;

import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.AsciiString;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Netty's response decoder with a {@linkplain FastResponseParser fast path}, and without Netty's
 * leniency. Where a response contradicts itself about its own end, a verdict could be made up of
 * another response's bytes, so it is rejected (RFC 9112 section 6.3).
 *
 * <p>Not {@code HttpClientCodec}, because that hides its decoder, and with it the arrival of bytes
 * that are not a message yet. A header that arrives byte by byte is progress for the read timeout.
 */
public final class StrictResponseDecoder extends HttpResponseDecoder {
    static final int MAX_HEADER_BYTES = 256 * 1024;
    public static final int MAX_HEADER_FIELDS = 1000;
    private static final int MAX_STATUS_LINE_BYTES = 8 * 1024;

    /**
     * Folded lines are obsolete (RFC 9112 section 5.2), and Netty copies the whole value again for
     * each: 100,000 of them, which fit into a header section, would take seconds.
     */
    static final int MAX_FOLDED_LINES = 32;

    private static final byte LF = '\n';

    /** Netty's buffer grows to the longest field line, and keeps that size with the connection. */
    private static final int MAX_BUFFER_KEPT = 16 * 1024;

    private final IntConsumer onBytes;
    private final BooleanSupplier answered;
    private final ChunkedBody chunks = new ChunkedBody();
    private boolean atBeginning = true;
    private boolean inHead = true;
    private boolean chunked;
    private int folded;

    /** How many bytes of an incomplete line have been looked at. */
    private int seen;

    /** With more bytes than this, Netty rejects an incomplete line. */
    private int lineLimit = MAX_STATUS_LINE_BYTES;

    private boolean rejected;
    private boolean excess;
    private int fields;
    private boolean bufferTooLarge;
    private boolean noContent;

    /**
     * @param onBytes called with the number of bytes that arrive, before they are decoded
     * @param answered whether the response is complete, so that every further byte is excess
     */
    public StrictResponseDecoder(IntConsumer onBytes, BooleanSupplier answered) {
        super(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_STATUS_LINE_BYTES)
                        .setMaxHeaderSize(MAX_HEADER_BYTES)
                        // a field line may end in a bare LF (RFC 9112 section 2.2); a chunk may
                        // not, whatever is set here
                        .setStrictLineParsing(false));
        this.onBytes = onBytes;
        this.answered = answered;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        onBytes.accept(message instanceof ByteBuf bytes ? bytes.readableBytes() : 0);
        super.channelRead(ctx, message);
    }

    /**
     * Says whether the next response has no content, whatever its headers say, because it answers a
     * HEAD (RFC 9112 section 6.3).
     */
    public void expectNoContent(boolean head) {
        noContent = head;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return noContent || super.isContentAlwaysEmpty(message);
    }

    /** Detects excess bytes. Netty skips empty lines between messages without reporting them. */
    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
            throws Exception {
        excess |= answered.getAsBoolean() && bytes.isReadable();
        UpstreamResponse fast = atBeginning && !noContent ? FastResponseParser.read(bytes) : null;
        if (fast != null) {
            fields = 0;
            out.add(fast);
            return;
        }
        int before = out.size();
        if (rejected) {
            bytes.skipBytes(bytes.readableBytes());
        } else if (inHead || (chunked && chunks.isInTrailers())) {
            decodeLines(ctx, bytes, out);
        } else {
            decodeBody(ctx, bytes, out);
        }
        for (int i = before; i < out.size(); i++) {
            follow(out.get(i));
        }
        // after any other part a message may have begun, of which Netty keeps what it has read
        atBeginning =
                out.size() > before
                        && out.getLast() instanceof LastHttpContent end
                        && end.decoderResult().isSuccess();
    }

    /**
     * Has Netty read a head, or trailers, one line at a time, and counts the folded ones. Netty
     * would search an incomplete line from its start with each packet.
     */
    private void decodeLines(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
            throws Exception {
        int before = out.size();
        int end = bytes.writerIndex();
        int start;
        do {
            start = bytes.readerIndex();
            int lineEnd = bytes.indexOf(start + seen, end, LF);
            if (lineEnd < 0) {
                if (bytes.readableBytes() > lineLimit) {
                    super.decode(ctx, bytes, out);
                }
                seen = bytes.readableBytes();
                return;
            }
            seen = 0;
            if (isBlank(bytes.getByte(start)) && ++folded > MAX_FOLDED_LINES) {
                out.add(tooManyFoldedLines());
                bytes.skipBytes(bytes.readableBytes());
                return;
            }
            bytes.writerIndex(lineEnd + 1);
            try {
                super.decode(ctx, bytes, out);
            } finally {
                bytes.writerIndex(end);
            }
            lineLimit -= bytes.readerIndex() - start;
        } while (out.size() == before && bytes.readerIndex() > start && bytes.isReadable());
    }

    private HttpMessage tooManyFoldedLines() {
        rejected = true;
        HttpMessage invalid = createInvalidMessage();
        invalid.setDecoderResult(
                DecoderResult.failure(
                        new IllegalArgumentException(
                                "more than " + MAX_FOLDED_LINES + " folded lines")));
        return invalid;
    }

    private void decodeBody(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
            throws Exception {
        int readable = bytes.readableBytes();
        if (!chunked || chunks.peek(bytes) || readable > MAX_STATUS_LINE_BYTES) {
            super.decode(ctx, bytes, out);
            chunks.read(readable - bytes.readableBytes());
        }
    }

    /** Remembers which part of the message comes next. */
    private void follow(Object part) {
        if (part instanceof HttpResponse head) {
            inHead = false;
            chunked = HttpUtil.isTransferEncodingChunked(head);
            chunks.expect();
            lineLimit = MAX_HEADER_BYTES; // of the trailers
        }
        if (part instanceof LastHttpContent) {
            inHead = true;
            lineLimit = MAX_STATUS_LINE_BYTES;
        }
    }

    /** Whether bytes have arrived that belong to no response. */
    public boolean hasExcess() {
        return excess || actualReadableBytes() > 0;
    }

    /**
     * Returns how many field lines of the latest head, and of the trailers after it, Netty has
     * decoded so far.
     */
    public int fields() {
        return fields;
    }

    /** Whether a field line was so long that the connection would keep too much memory. */
    public boolean hasLargeBuffer() {
        return bufferTooLarge;
    }

    /**
     * Rejects status lines that Netty accepts: "http/1.1" as a version, "+200" and "0200" as a 200,
     * and control bytes.
     */
    @Override
    protected HttpMessage createMessage(String[] statusLine) {
        if (!isHttp1(statusLine[0])
                || !isThreeDigits(statusLine[1])
                || hasControls(statusLine[2])) {
            throw new IllegalArgumentException("not a status line of HTTP/1");
        }
        fields = 0;
        folded = 0;
        lineLimit = MAX_HEADER_BYTES;
        return super.createMessage(statusLine);
    }

    /**
     * Counts the field line: while it is decoded, because 256 KiB hold 50,000 of them, each of
     * which takes more than a hundred bytes. Rejects text between the first word and the colon.
     * Netty drops it, so "Content-Length is: 5" would be a length. Only blanks may be dropped (RFC
     * 9112 section 5.1).
     */
    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        bufferTooLarge |= line.length > MAX_BUFFER_KEPT;
        if (++fields > MAX_HEADER_FIELDS) {
            throw new TooLongHttpHeaderException("more than " + MAX_HEADER_FIELDS + " fields");
        }
        int end = start + length;
        while (end < line.length && isBlank(line[end])) {
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

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
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
     * Whether a decoded head leaves no doubt about its framing, and about which of its headers are
     * end-to-end. {@code Transfer-Encoding} has to be absent, or exactly "chunked" in HTTP/1.1 and
     * without {@code Content-Length}. No other coding can be decoded here. {@code Connection} has
     * to name few headers, because all of them are dropped.
     */
    public static boolean isUnambiguous(HttpResponse head) {
        HttpHeaders headers = head.headers();
        if (ConnectionHeader.hasTooManyWords(headers)) {
            return false;
        }
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
