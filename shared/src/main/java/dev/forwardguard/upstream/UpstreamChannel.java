package dev.forwardguard.upstream;

import io.netty.channel.socket.nio.NioSocketChannel;

import jdk.net.ExtendedSocketOptions;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A TCP connection that can be looked at right before it is used again. */
final class UpstreamChannel extends NioSocketChannel {
    private final ByteBuffer oneByte = ByteBuffer.allocateDirect(1);

    /**
     * Acknowledges at once what has come in. A system that waits for something to send along lets
     * the other end hold back what it wrote next (RFC 1122 section 4.2.3.4), and a second answer to
     * one question would arrive with the next one.
     */
    void acknowledge() {
        try {
            javaChannel().setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        } catch (IOException | UnsupportedOperationException e) {
            // not on this system, or closed: what comes late is then noticed late
        }
    }

    /**
     * Whether nothing has come in that the event loop does not know of yet. Bytes that were sent
     * before the question would become its answer, and an end that was sent before it would cost a
     * retry. One system call. A channel that is not quiet has lost a byte by this and can only be
     * closed.
     */
    boolean isQuiet() {
        try {
            return isActive() && javaChannel().read(oneByte) == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
