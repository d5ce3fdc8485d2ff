package dev.forwardguard.upstream.connection;

import io.netty.channel.socket.nio.NioSocketChannel;

import jdk.net.ExtendedSocketOptions;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Gives {@link UpstreamChannel} its socket, where there is no epoll. */
final class NioUpstreamChannel extends NioSocketChannel {
    void acknowledge() {
        try {
            javaChannel().setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        } catch (IOException | UnsupportedOperationException e) {
            // not supported by this system, or closed: late bytes are then noticed late
        }
    }

    int read(ByteBuffer bytes) throws IOException {
        return javaChannel().read(bytes);
    }
}
