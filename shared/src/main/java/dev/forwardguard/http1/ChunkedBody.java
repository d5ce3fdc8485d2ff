package dev.forwardguard.http1;

import io.netty.buffer.ByteBuf;

/**
 * Follows Netty's decoder through a chunked body (RFC 9112 section 7.1), only to know where the
 * trailers begin, and when the line with a chunk's size is complete: Netty searches an incomplete
 * one from its start with each packet. It judges nothing: where it misreads a chunk's size, Netty
 * has failed.
 */
public final class ChunkedBody {
    /** The bytes of the current chunk that Netty has not read, its size line included. */
    private long left;

    private boolean last;

    /** How many bytes of an incomplete line have been looked at. */
    private int seen;

    /** Prepares for the next body. */
    public void expect() {
        left = 0;
        last = false;
        seen = 0;
    }

    /** Whether the last chunk has been read, so that what follows are trailers. */
    public boolean isInTrailers() {
        return last && left == 0;
    }

    /**
     * Looks at what Netty reads next.
     *
     * @return whether Netty has something to read
     */
    public boolean peek(ByteBuf bytes) {
        if (left > 0) {
            return true;
        }
        int start = bytes.readerIndex();
        int lineEnd = bytes.indexOf(start + seen, bytes.writerIndex(), (byte) '\n');
        if (lineEnd < 0) {
            seen = bytes.readableBytes();
            return false;
        }
        long size = size(bytes, start, lineEnd);
        last = size == 0;
        left = lineEnd + 1 - start + (last ? 0 : size + 2);
        return true;
    }

    /** Says that Netty has read this many bytes. */
    public void read(int count) {
        left = Math.max(0, left - count);
        seen = Math.max(0, seen - count);
    }

    private static long size(ByteBuf bytes, int start, int end) {
        int next = start;
        while (next < end && Character.isWhitespace(bytes.getByte(next))) {
            next++;
        }
        long size = 0;
        int digit;
        while (next < end
                && size <= Integer.MAX_VALUE
                && (digit = Character.digit(bytes.getByte(next), 16)) >= 0) {
            size = 16 * size + digit;
            next++;
        }
        return size;
    }
}
