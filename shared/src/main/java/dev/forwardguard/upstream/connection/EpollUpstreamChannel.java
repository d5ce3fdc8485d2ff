package dev.forwardguard.upstream.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Uses Linux's own calls, which cost less than Java's. */
record EpollUpstreamChannel(EpollSocketChannel socket) implements UpstreamChannel {
    /** What is read into it is never looked at, so all channels share it. */
    private static final ByteBuffer ONE_BYTE = ByteBuffer.allocateDirect(1);

    @Override
    public Channel channel() {
        return socket;
    }

    @Override
    public void acknowledge() {
        try {
            socket.config().setTcpQuickAck(true);
        } catch (ChannelException e) {
            // closed, which the event loop will report
        }
    }

    @Override
    public boolean isQuiet() {
        try {
            // 0: nothing there yet; -1: the end
            return socket.isActive() && socket.fd().read(ONE_BYTE, 0, 1) == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
