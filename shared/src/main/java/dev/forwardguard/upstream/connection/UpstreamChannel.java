package dev.forwardguard.upstream.connection;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * A TCP connection that can be looked at right before it is used again, which Netty's own cannot:
 * one for each transport.
 */
sealed interface UpstreamChannel permits EpollUpstreamChannel, NioUpstreamChannel {
    /** What a {@link Connector} has connected. */
    static UpstreamChannel of(Channel connected) {
        return connected instanceof EpollSocketChannel epoll
                ? new EpollUpstreamChannel(epoll)
                : (NioUpstreamChannel) connected;
    }

    /** The connection itself. */
    Channel channel();

    /**
     * Acknowledges at once what has come in. A system that waits for something to send along lets
     * the other end hold back what it wrote next (RFC 1122 section 4.2.3.4), and a second answer to
     * one question would arrive with the next one.
     */
    void acknowledge();

    /**
     * Whether nothing has come in that the event loop does not know of yet. Bytes that were sent
     * before the question would become its answer, and an end that was sent before it would cost a
     * retry. One system call. A channel that is not quiet has lost a byte by this and can only be
     * closed.
     */
    boolean isQuiet();
}
