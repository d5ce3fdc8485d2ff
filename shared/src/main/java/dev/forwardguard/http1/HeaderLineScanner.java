package dev.forwardguard.http1;

import io.netty.buffer.ByteBuf;

/**
 * Looks at the lines of a head, or of trailers, before Netty's decoder does, and at each byte once.
 *
 * <p>It finds folded lines, which RFC 9112 section 5.2 lets a server reject. Netty copies the whole
 * value again for each of them, and a header section has room for 100,000. It also says when a line
 * is complete: Netty searches an incomplete one from its start with each packet.
 */
public final class HeaderLineScanner {
    private static final byte LF = '\n';

    private Part part = Part.EMPTY_LINES;
    private boolean folded;

    /** The beginning of the current line, counted from the buffer's reader index. */
    private int lineStart;

    /** How many bytes from the reader index on have been looked at. */
    private int seen;

    private long bytesRead;

    private enum Part {
        EMPTY_LINES,
        REQUEST_LINE,
        FIELD_LINES,
        END
    }

    /** Prepares for the next message. */
    public void expectMessage() {
        expect(Part.EMPTY_LINES);
    }

    /** Prepares for the trailers of a chunked body (RFC 9112 section 7.1.2). */
    public void expectTrailers() {
        expect(Part.FIELD_LINES);
    }

    private void expect(Part next) {
        part = next;
        folded = false;
        lineStart = 0;
        seen = 0;
        bytesRead = 0;
    }

    /** Whether the request line is not complete. */
    public boolean isInRequestLine() {
        return part == Part.EMPTY_LINES || part == Part.REQUEST_LINE;
    }

    /** Whether the empty line has arrived. */
    public boolean isComplete() {
        return part == Part.END;
    }

    /** How many bytes of the lines Netty has read. */
    public long bytesRead() {
        return bytesRead;
    }

    public boolean hasFoldedLine() {
        return folded;
    }

    /**
     * Looks at the bytes that have arrived since the last call.
     *
     * @return whether a line has become complete, so that Netty has something to read
     */
    public boolean scan(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int end = bytes.writerIndex();
        boolean complete = false;
        if (part == Part.EMPTY_LINES) {
            while (start + seen < end && isLineEnd(bytes.getByte(start + seen))) {
                seen++;
            }
            complete = seen > 0;
            if (start + seen == end) {
                return complete;
            }
            lineStart = seen;
            part = Part.REQUEST_LINE;
        }
        while (part != Part.END) {
            int lineEnd = bytes.indexOf(start + seen, end, LF);
            if (lineEnd < 0) {
                seen = end - start;
                return complete;
            }
            complete = true;
            endLine(bytes, start + lineStart, lineEnd);
            seen = lineEnd + 1 - start;
            lineStart = seen;
        }
        return true;
    }

    /** Says that Netty has read this many bytes, none of which were not scanned. */
    public void read(int count) {
        bytesRead += count;
        lineStart = Math.max(0, lineStart - count);
        seen = Math.max(0, seen - count);
    }

    private void endLine(ByteBuf bytes, int from, int to) {
        if (part == Part.REQUEST_LINE) {
            part = Part.FIELD_LINES;
            return;
        }
        byte first = bytes.getByte(from);
        if (from == to || (from + 1 == to && first == '\r')) {
            part = Part.END;
        } else if (first == ' ' || first == '\t') {
            folded = true;
        }
    }

    private static boolean isLineEnd(byte octet) {
        return octet == '\r' || octet == LF;
    }
}
