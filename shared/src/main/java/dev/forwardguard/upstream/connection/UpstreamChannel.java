package dev.forwardguard.upstream.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What Netty's channels do not offer: a look at the socket right before it is reused. */
final class UpstreamChannel {
    /** What is read into it is never looked at, so all channels share it. */
    private static final ByteBuffer ONE_BYTE = ByteBuffer.allocateDirect(1);

    private UpstreamChannel() {}

    /**
     * Sends the TCP acknowledgement of what has arrived at once. A system that delays it until
     * there is data to send lets the other end hold back what it wrote next (RFC 1122 section
     * 4.2.3.4). A second response to one request would then arrive only with the next request.
     */
    static void acknowledge(Channel channel) {
        try {
            if (channel instanceof EpollSocketChannel epoll) {
                epoll.config().setTcpQuickAck(true);
            } else if (channel instanceof NioUpstreamChannel nio) {
                nio.acknowledge();
            }
        } catch (ChannelException e) {
            // closed, which the event loop will report
        }
    }

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
