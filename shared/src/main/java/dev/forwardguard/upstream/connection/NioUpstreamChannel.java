package dev.forwardguard.upstream.connection;

import io.netty.channel.socket.nio.NioSocketChannel;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Gives {@link UpstreamChannel} its socket, where there is no epoll. */
final class NioUpstreamChannel extends NioSocketChannel {
    int read(ByteBuffer bytes) throws IOException {
        return javaChannel().read(bytes);
    }
}
