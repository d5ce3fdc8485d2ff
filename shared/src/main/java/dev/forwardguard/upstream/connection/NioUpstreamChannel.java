package dev.forwardguard.upstream.connection;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioSocketChannel;

import jdk.net.ExtendedSocketOptions;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Uses what Java itself offers, where there is no epoll. */
final class NioUpstreamChannel extends NioSocketChannel implements UpstreamChannel {
    private final ByteBuffer oneByte = ByteBuffer.allocateDirect(1);

    @Override
    public Channel channel() {
        return this;
    }

    @Override
    public void acknowledge() {
        try {
            javaChannel().setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        } catch (IOException | UnsupportedOperationException e) {
            // not supported by this system, or closed: late bytes are then noticed late
        }
    }

    @Override
    public boolean isQuiet() {
        try {
            return isActive() && javaChannel().read(oneByte) == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
