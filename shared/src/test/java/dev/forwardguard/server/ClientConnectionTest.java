package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.memory.BufferBudget;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class ClientConnectionTest {
    private static final int KIB = 1024;

    private final BufferBudget budget = new BufferBudget(1000 * KIB);
    private final List<EmbeddedChannel> channels = new ArrayList<>();

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    private ClientConnection connect() {
        var channel = new EmbeddedChannel();
        channels.add(channel);
        return new ClientConnection(channel, budget.open(channel), () -> 0, true);
    }

    /** Serves one request. Returns whether the connection may be used again. */
    private static boolean serve(ClientConnection connection, int bytes) {
        assertThat(connection.arrived(bytes)).isTrue();
        assertThat(connection.asked(0)).isTrue();
        assertThat(connection.askedAll(0)).isTrue();
        boolean last = connection.isLastAnswer();
        connection.answered();
        connection.flushed();
        return !last;
    }

    private long heldKib() {
        return budget.held() / KIB;
    }

    @Test
    void releasesMemoryOfSmallRequest() {
        assertThat(serve(connect(), 2 * KIB)).isTrue();

        assertThat(budget.held()).isZero();
    }

    /** A drain between write and flush used to cut the response off. */
    @Test
    void isBusyUntilResponseIsFlushed() {
        ClientConnection connection = connect();
        assertThat(connection.asked(0)).isTrue();
        assertThat(connection.askedAll(0)).isTrue();
        assertThat(connection.isIdle()).isFalse();

        connection.answered();
        assertThat(connection.hasAnsweredAll()).isTrue();
        assertThat(connection.isIdle()).isFalse();

        connection.flushed();
        assertThat(connection.isIdle()).isTrue();
    }

    @Test
    void mayCloseAtOnceAfterLastRequestIsRead() {
        ClientConnection connection = connect();
        assertThat(connection.asked(0)).isTrue();
        assertThat(connection.askedAll(0)).isTrue();
        assertThat(connection.mayCloseAtOnce()).isFalse();

        connection.clientEndsWithThisRequest();

        assertThat(connection.mayCloseAtOnce()).isTrue();
        assertThat(connection.isLastAnswer()).isTrue();
    }

    @Test
    void lingersWhileBodyIsIncomplete() {
        ClientConnection connection = connect();
        assertThat(connection.asked(0)).isTrue();

        connection.clientEndsWithThisRequest();
        assertThat(connection.askedAll(0)).isTrue();

        assertThat(connection.mayCloseAtOnce()).isFalse();
        assertThat(connection.isLastAnswer()).isTrue();
    }

    @Test
    void drainAnswersWhatHasArrived() {
        ClientConnection connection = connect();
        assertThat(connection.arrived(200)).isTrue();
        assertThat(connection.asked(0)).isTrue();
        assertThat(connection.askedAll(100)).isTrue();

        connection.endSoon();
        assertThat(connection.isLastAnswer()).isFalse();
        connection.answered();
        connection.flushed();

        assertThat(connection.asked(0)).isTrue();
        assertThat(connection.askedAll(0)).isTrue();
        assertThat(connection.isLastAnswer()).isTrue();
    }

    @Test
    void countsLargestBufferUntilClosed() {
        ClientConnection connection = connect();
        serve(connection, 9 * KIB);
        assertThat(heldKib()).isEqualTo(8);

        serve(connection, 3 * KIB);
        assertThat(heldKib()).isEqualTo(8);

        channels.getFirst().close();
        assertThat(budget.held()).isZero();
    }

    @Test
    void closesCostlyConnectionsWhenMemoryIsScarce() {
        ClientConnection costly = connect();
        assertThat(serve(costly, 16 * KIB)).isTrue();
        ClientConnection cheap = connect();
        for (int kib = 8; kib <= 750; kib += 8) {
            serve(connect(), 16 * KIB);
        }

        assertThat(serve(costly, 1 * KIB)).isFalse();
        assertThat(serve(cheap, 2 * KIB)).isTrue();
    }

    @Test
    void closesAfterLargeRequest() {
        assertThat(serve(connect(), 64 * KIB)).isTrue();
        assertThat(serve(connect(), 64 * KIB + 1)).isFalse();
    }

    @Test
    void reservesMoreMemoryAsHeadersGrow() {
        ClientConnection connection = connect();

        assertThat(connection.arrived(24 * KIB)).isTrue();
        assertThat(heldKib()).isEqualTo(24);
        assertThat(connection.arrived(1)).isTrue();
        assertThat(heldKib()).isEqualTo(64);
        assertThat(connection.arrived(40 * KIB)).isTrue();
        assertThat(heldKib()).isEqualTo(320);

        assertThat(connection.asked(0)).isTrue();
        assertThat(heldKib()).isEqualTo(64);
    }

    @Test
    void reservesHalfOfMemoryForLargestRequests() {
        List<ClientConnection> medium = new ArrayList<>();
        ClientConnection next = connect();
        while (next.arrived(30 * KIB)) {
            medium.add(next);
            next = connect();
        }

        assertThat(medium).hasSize(8);
        assertThat(medium.getFirst().arrived(100 * KIB)).isTrue();
    }
}
