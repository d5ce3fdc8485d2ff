package dev.forwardguard.upstream.connection;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What Netty's channels do not offer: a look at the socket right before it is reused. */
final class UpstreamChannel {
    /** What is read into it is never looked at, so all channels share it. */
    private static final ByteBuffer ONE_BYTE = ByteBuffer.allocateDirect(1);

    private UpstreamChannel() {}

    /**
     * Whether the socket has received nothing that the event loop has not read yet, neither bytes
     * nor the end of the stream. Bytes that were sent before the request would be taken for its
     * response, and an end that was sent before it would cost a retry. Costs one system call. A
     * channel that is not quiet has lost a byte through this check, and can only be closed.
     */
    static boolean isQuiet(Channel channel) {
        if (!channel.isActive()) {
            return false;
        }
        try {
            // 0: nothing there yet; -1: the end
            return switch (channel) {
                case EpollSocketChannel epoll -> epoll.fd().read(ONE_BYTE, 0, 1) == 0;
                case NioUpstreamChannel nio -> nio.read(ONE_BYTE.duplicate()) == 0;
                default -> false;
            };
        } catch (IOException e) {
            return false;
        }
    }
}
