package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class MainPortAcceptorTest {
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<Channel> set = new LinkedBlockingQueue<>();
    private final Channel connection = new NioSocketChannel();

    @AfterEach
    void close() {
        if (connection.isRegistered()) {
            connection.close().syncUninterruptibly();
        } else {
            connection.unsafe().closeForcibly();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private EmbeddedChannel listener(boolean main) {
        return new EmbeddedChannel(new MainPortAcceptor(any -> main, loops, set::add));
    }

    @Test
    void setsUpConnectionOnItsEventLoop() throws InterruptedException {
        EmbeddedChannel listener = listener(true);

        listener.writeInbound(connection);

        assertThat(set.poll(10, TimeUnit.SECONDS)).isSameAs(connection);
        assertThat(connection.isRegistered()).isTrue();
        assertThat(listener.<Object>readInbound()).isNull();
    }

    @Test
    void passesOnConnectionToOtherPort() {
        EmbeddedChannel listener = listener(false);

        listener.writeInbound(connection);

        assertThat(listener.<Object>readInbound()).isSameAs(connection);
        assertThat(connection.isRegistered()).isFalse();
        assertThat(set).isEmpty();
    }

    @Test
    void closesConnectionThatNoEventLoopTakes() throws InterruptedException {
        loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();
        EmbeddedChannel listener = listener(true);

        listener.writeInbound(connection);

        assertThat(connection.isOpen()).isFalse();
        assertThat(set).isEmpty();
    }
}
