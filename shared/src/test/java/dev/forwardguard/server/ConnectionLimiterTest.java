package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class ConnectionLimiterTest {
    private final EmbeddedChannel listener =
            new EmbeddedChannel(new ConnectionLimiter(3, any -> true));

    private EmbeddedChannel connection() {
        var connection = new EmbeddedChannel();
        listener.writeInbound(connection);
        Channel passed = listener.readInbound();
        assertThat(passed).isSameAs(connection);
        return connection;
    }

    @Test
    void stopsAcceptingAtLimit() {
        connection();
        connection();
        assertThat(listener.config().isAutoRead()).isTrue();

        connection();

        assertThat(listener.config().isAutoRead()).isFalse();
    }

    @Test
    void resumesWhenConnectionCloses() {
        List<EmbeddedChannel> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(connection());
        }

        open.getFirst().close();

        assertThat(listener.config().isAutoRead()).isTrue();
        connection();
        assertThat(listener.config().isAutoRead()).isFalse();
    }

    @Test
    void doesNotCountClosedConnections() {
        for (int i = 0; i < 100; i++) {
            connection().close();
        }

        assertThat(listener.config().isAutoRead()).isTrue();
    }

    @Test
    void doesNotLimitOtherListeners() {
        var other = new EmbeddedChannel(new ConnectionLimiter(1, any -> false));
        other.writeInbound(new EmbeddedChannel());
        other.writeInbound(new EmbeddedChannel());

        assertThat(other.config().isAutoRead()).isTrue();
    }
}
