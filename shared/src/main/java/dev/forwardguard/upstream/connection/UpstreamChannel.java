package dev.forwardguard.upstream.connection;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * A TCP connection whose socket can be checked right before it is reused, which Netty's own
 * channels do not offer. One type for each transport.
 */
sealed interface UpstreamChannel permits EpollUpstreamChannel, NioUpstreamChannel {
    /** Wraps a channel that a {@link Connector} has connected. */
    static UpstreamChannel of(Channel connected) {
        return connected instanceof EpollSocketChannel epoll
                ? new EpollUpstreamChannel(epoll)
                : (NioUpstreamChannel) connected;
    }

    /** Returns the Netty channel of the connection. */
    Channel channel();

    /**
     * Sends the TCP acknowledgement of what has arrived at once. A system that delays it until
     * there is data to send lets the other end hold back what it wrote next (RFC 1122 section
     * 4.2.3.4). A second response to one request would then arrive only with the next request.
     */
    void acknowledge();

    /**
     * Whether the socket has received nothing that the event loop has not read yet, neither bytes
     * nor the end of the stream. Bytes that were sent before the request would be taken for its
     * response, and an end that was sent before it would cost a retry. Costs one system call. A
     * channel that is not quiet has lost a byte through this check, and can only be closed.
     */
    boolean isQuiet();
}
