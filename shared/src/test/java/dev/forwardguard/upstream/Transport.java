package dev.forwardguard.upstream;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;

/** The I/O mechanism of the event loops. */
enum Transport {
    EPOLL {
        @Override
        IoHandlerFactory loops() {
            // with CI=true it must be available, see GuardProcessIT
            assumeTrue(Epoll.isAvailable(), "epoll is not available");
            return EpollIoHandler.newFactory();
        }

        @Override
        Channel channel() {
            return new EpollSocketChannel();
        }
    },

    NIO {
        @Override
        IoHandlerFactory loops() {
            return NioIoHandler.newFactory();
        }

        @Override
        Channel channel() {
            return new NioSocketChannel();
        }
    };

    abstract IoHandlerFactory loops();

    /** A channel for these event loops. */
    abstract Channel channel();
}
