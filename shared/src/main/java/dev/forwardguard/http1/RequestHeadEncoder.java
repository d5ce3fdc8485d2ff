package dev.forwardguard.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;

import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * Encodes an upstream request. It is all head: a GET without a body (RFC 9112 section 2.1). Netty
 * represents each received byte as one char, and each char is sent as that byte.
 *
 * <p>Netty's own encoder is not used. It writes the target as UTF-8, wants the headers in a map of
 * its own, and copies the values char by char, of which a cookie has thousands.
 */
public final class RequestHeadEncoder implements BiConsumer<CharSequence, CharSequence> {
    /** More than most requests need. */
    private static final int FIRST_BYTES = 4 * 1024;

    /**
     * Enough for cookies of 16 KiB, which are not rare. A buffer for a larger request is not kept.
     */
    private static final int MOST_BYTES_KEPT = 32 * 1024;

    private static final byte[] METHOD = "GET ".getBytes(ISO_8859_1);
    private static final byte[] VERSION_AND_HOST = " HTTP/1.1\r\nHost: ".getBytes(ISO_8859_1);
    private static final byte[] COLON = {':', ' '};
    private static final byte[] LINE_END = {'\r', '\n'};

    /** One for each event loop, which writes one request after the other. */
    private static final FastThreadLocal<RequestHeadEncoder> REUSED =
            new FastThreadLocal<>() {
                @Override
                protected RequestHeadEncoder initialValue() {
                    return new RequestHeadEncoder();
                }
            };

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;

    private RequestHeadEncoder() {}

    /**
     * Returns the bytes of an upstream request. Nothing in it is checked: it was decoded from a
     * request, or is the guard's own.
     *
     * @param host the upstream's authority
     * @param pathPrefix the path of the upstream's URL, which comes before the target
     * @param target path and query
     * @param headers all headers but {@code Host}
     */
    public static ByteBuf write(
            String host, String pathPrefix, String target, OutgoingHeaders headers) {
        RequestHeadEncoder head = REUSED.get();
        try {
            return head.write(host, pathPrefix, target, headers, ByteBufAllocator.DEFAULT);
        } finally {
            head.clear();
        }
    }

    private ByteBuf write(
            String host,
            String pathPrefix,
            String target,
            OutgoingHeaders headers,
            ByteBufAllocator buffers) {
        add(METHOD);
        add(pathPrefix);
        add(target);
        add(VERSION_AND_HOST);
        add(host);
        add(LINE_END);
        headers.forEach(this);
        add(LINE_END);
        return buffers.directBuffer(length).writeBytes(bytes, 0, length);
    }

    /** Adds a header. */
    @Override
    public void accept(CharSequence name, CharSequence value) {
        add(name);
        add(COLON);
        add(value);
        add(LINE_END);
    }

    private void add(byte[] more) {
        ensureCapacity(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    @SuppressWarnings("deprecation") // it drops the upper half of each char, which is empty here
    private void add(CharSequence text) {
        int more = text.length();
        ensureCapacity(more);
        if (text instanceof AsciiString ascii) {
            System.arraycopy(ascii.array(), ascii.arrayOffset(), bytes, length, more);
        } else {
            text.toString().getBytes(0, more, bytes, length);
        }
        length += more;
    }

    private void ensureCapacity(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Integer.highestOneBit(length + more) << 1);
        }
    }

    private void clear() {
        length = 0;
        if (bytes.length > MOST_BYTES_KEPT) {
            bytes = new byte[FIRST_BYTES];
        }
    }
}
