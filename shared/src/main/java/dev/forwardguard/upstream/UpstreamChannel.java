package dev.forwardguard.upstream;

import io.netty.channel.socket.nio.NioSocketChannel;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A TCP connection that can be looked at right before it is used again. */
final class UpstreamChannel extends NioSocketChannel {
    /**
     * Whether nothing has come in that the event loop does not know of yet. Bytes that were sent
     * before the question would become its answer, and an end that was sent before it would cost a
     * retry. One system call. A channel that is not quiet has lost a byte by this and can only be
     * closed.
     */
    boolean isQuiet() {
        try {
            return isActive() && javaChannel().read(ByteBuffer.allocate(1)) == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
