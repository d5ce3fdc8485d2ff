package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.memory.BufferBudget;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Checks when a connection counts as silent, which ends it after two minutes. */
class ClientConnectionsTest {
    private static final Duration HEAD_TIME = Duration.ofSeconds(10);

    private long now;
    private final ClientConnections connections =
            new ClientConnections(
                    new BufferBudget(1 << 20), 10, 10, HEAD_TIME, port -> true, this::now);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ClientConnection connection = connections.register(channel, false);

    private long now() {
        return now;
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private boolean isOpenAfter(int seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
        connections.sweep();
        channel.runPendingTasks();
        return channel.isOpen();
    }

    private void asks() {
        assertThat(connection.arrived(100)).isTrue();
        assertThat(connection.asked(1, false, true)).isTrue();
        assertThat(connection.askedAll(0)).isTrue();
    }

    private static HttpResponse head() {
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        HttpUtil.setTransferEncodingChunked(head, true);
        return head;
    }

    private static ByteBuf part() {
        return Unpooled.copiedBuffer("part", StandardCharsets.US_ASCII);
    }

    @Test
    void endsWithoutRequest() {
        assertThat(isOpenAfter(120)).isTrue();
        assertThat(isOpenAfter(1)).isFalse();
        assertThat(connections.size()).isZero();
    }

    @Test
    void lastsWithRequests() {
        for (int i = 0; i < 5; i++) {
            assertThat(isOpenAfter(100)).isTrue();
            asks();
            connection.answered();
            connection.flushed();
        }
        assertThat(isOpenAfter(121)).isFalse();
    }

    @Test
    void endsIfResponseIsNotTaken() {
        asks();
        connection.answered();

        assertThat(isOpenAfter(120)).isTrue();
        assertThat(isOpenAfter(1)).isFalse();
    }

    @Test
    void lastsWhileBodyArrives() {
        connection.arrived(100);
        connection.asked(1, false, false);
        for (int i = 0; i < 5; i++) {
            assertThat(isOpenAfter(100)).isTrue();
            connection.arrived(1);
        }
        assertThat(isOpenAfter(121)).isFalse();
    }

    /** Otherwise a client that sends a byte now and then would never be the one idle longest. */
    @Test
    void endsDespiteBodyThatWasAnsweredEarly() {
        connection.arrived(100);
        connection.asked(1, false, false);
        connection.answered();
        connection.flushed();

        assertThat(isOpenAfter(100)).isTrue();
        connection.arrived(1);
        assertThat(isOpenAfter(21)).isFalse();
    }

    @Test
    void lastsWhileResponseIsTaken() {
        asks();
        connection.answered();
        var codec = new GuardServerCodec(HeadLimits.MANAGEMENT, path -> false, connection);
        var written = new EmbeddedChannel(codec);
        for (int i = 0; i < 5; i++) {
            assertThat(isOpenAfter(100)).isTrue();
            written.pipeline().fireChannelWritabilityChanged();
        }
        assertThat(isOpenAfter(121)).isFalse();
        written.finishAndReleaseAll();
    }

    @Test
    void lastsWhileResponseIsWritten() {
        var codec = new GuardServerCodec(HeadLimits.MANAGEMENT, path -> false, connection);
        var written = new EmbeddedChannel(codec);
        asks();
        for (int i = 0; i < 5; i++) {
            assertThat(isOpenAfter(100)).isTrue();
            written.writeOutbound(i == 0 ? head() : new DefaultHttpContent(part()));
        }
        assertThat(isOpenAfter(121)).isFalse();
        written.finishAndReleaseAll();
    }
}
