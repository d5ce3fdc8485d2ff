package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.memory.BufferBudget;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

class ClientConnectionTest {
    private static final int KIB = 1024;

    private final BufferBudget budget = new BufferBudget(1000 * KIB);
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private boolean draining;

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    private ClientConnection connect() {
        return connect(budget);
    }

    private ClientConnection connect(BufferBudget within) {
        var channel = new EmbeddedChannel();
        channels.add(channel);
        return new ClientConnection(channel, within.open(channel), () -> 0, () -> draining, true);
    }

    /** Serves one request. Returns whether the connection may be used again. */
    private static boolean serve(ClientConnection connection, int bytes) {
        assertThat(connection.arrived(bytes)).isTrue();
        assertThat(connection.asked(0, false, false)).isTrue();
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
        assertThat(connection.asked(0, false, false)).isTrue();
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
        assertThat(connection.asked(0, false, false)).isTrue();
        assertThat(connection.askedAll(0)).isTrue();
        assertThat(connection.mayCloseAtOnce()).isFalse();

        connection.clientEndsWithThisRequest();
        assertThat(connection.isLastAnswer()).isTrue();
        connection.end();

        assertThat(connection.mayCloseAtOnce()).isTrue();
    }

    @Test
    void lingersWhileBodyIsIncomplete() {
        ClientConnection connection = connect();
        assertThat(connection.asked(0, false, false)).isTrue();

        connection.clientEndsWithThisRequest();
        assertThat(connection.isLastAnswer()).isTrue();
        connection.end();
        assertThat(connection.mayCloseAtOnce()).isFalse();

        assertThat(connection.askedAll(0)).isTrue();
        assertThat(connection.mayCloseAtOnce()).isTrue();
    }

    @Test
    void drainAnswersWhatHasArrived() {
        ClientConnection connection = connect();
        assertThat(connection.arrived(200)).isTrue();
        assertThat(connection.asked(0, false, false)).isTrue();
        assertThat(connection.askedAll(100)).isTrue();

        draining = true;
        assertThat(connection.isLastAnswer()).isFalse();
        connection.answered();
        connection.flushed();

        assertThat(connection.asked(0, false, false)).isTrue();
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

        assertThat(connection.asked(0, false, false)).isTrue();
        assertThat(heldKib()).isEqualTo(64);
    }

    /** Large heads take half of the memory, and of that medium ones half. */
    @Test
    void reservesMemoryForLargestRequests() {
        var larger = new BufferBudget(2000 * KIB);
        List<ClientConnection> medium = new ArrayList<>();
        ClientConnection next = connect(larger);
        while (next.arrived(30 * KIB)) {
            medium.add(next);
            next = connect(larger);
        }

        assertThat(medium).hasSize(8);
        assertThat(medium.getFirst().arrived(100 * KIB)).isTrue();
    }

    @Test
    void headThatWasSentOnIsGivenBack() {
        ClientConnection connection = connect();
        connection.arrived(2 * KIB);
        assertThat(connection.asked(0, false, false)).isTrue();
        assertThat(connection.passThrough()).isTrue();

        connection.sentOn();

        assertThat(budget.held()).isZero();
        assertThat(connection.askedAll(0)).isTrue();
        connection.answered();
        connection.flushed();
        assertThat(connection.isLastAnswer()).isFalse();
    }

    @Test
    void nextRequestStaysCountedWhenHeadWasSentOn() {
        ClientConnection connection = connect();
        assertThat(connection.arrived(3 * KIB)).isTrue();
        assertThat(connection.asked(10, false, false)).isTrue();
        assertThat(connection.passThrough()).isTrue();
        assertThat(connection.askedAll(KIB)).isTrue();
        assertThat(connection.arrived(2 * KIB)).isTrue();

        connection.sentOn();

        assertThat(heldKib()).isEqualTo(3);
        connection.answered();
        connection.flushed();
        assertThat(heldKib()).isEqualTo(3);
        assertThat(connection.asked(0, false, false)).isTrue();
        assertThat(connection.askedAll(0)).isTrue();
    }

    @Test
    void nextRequestIsCountedAlsoIfHeadWasSentOnBefore() {
        ClientConnection connection = connect();
        assertThat(connection.arrived(2 * KIB)).isTrue();
        assertThat(connection.asked(0, false, false)).isTrue();
        assertThat(connection.passThrough()).isTrue();

        connection.sentOn();
        assertThat(connection.askedAll(KIB)).isTrue();

        assertThat(heldKib()).isEqualTo(1);
    }

    @Test
    void connectionWithLargeHeadEndsAlsoIfHeadWasSentOn() {
        ClientConnection connection = connect(new BufferBudget(4000 * KIB));
        connection.arrived(100 * KIB);
        assertThat(connection.asked(0, false, false)).isTrue();
        assertThat(connection.passThrough()).isTrue();

        connection.sentOn();

        assertThat(connection.isLastAnswer()).isTrue();
    }

    @Test
    void responseHeadIsCountedUntilSent() {
        ClientConnection connection = connect();
        assertThat(connection.arrived(KIB)).isTrue();
        assertThat(connection.asked(0, false, false)).isTrue();
        assertThat(connection.passThrough()).isTrue();
        assertThat(connection.askedAll(0)).isTrue();

        assertThat(connection.hold(2 * KIB)).isTrue();
        connection.sentOn();
        assertThat(heldKib()).isEqualTo(2);
        connection.release(2 * KIB);

        assertThat(heldKib()).isZero();
    }

    @Test
    void largeResponseHeadsLeaveRoomForSmallOnes() {
        var small = new BufferBudget(4608 * KIB); // of authentik-guard in its image
        int large = 0;
        for (int i = 0; i < 64; i++) {
            ClientConnection visitor = connect(small);
            assertThat(visitor.arrived(KIB)).isTrue();
            assertThat(visitor.asked(0, false, false)).isTrue();
            assertThat(visitor.passThrough()).isTrue();
            visitor.sentOn();
            if (visitor.hold(200 * KIB)) {
                large++;
            } else {
                assertThat(visitor.hold(6 * KIB)).isTrue();
            }
        }

        assertThat(large).isEqualTo(5);
    }

    @Test
    void pageInsteadOfResponseGivesBackItsHead() {
        ClientConnection connection = connect();
        assertThat(connection.arrived(KIB)).isTrue();
        assertThat(connection.asked(0, false, false)).isTrue();
        assertThat(connection.askedAll(0)).isTrue();
        assertThat(connection.hold(2 * KIB)).isTrue();

        connection.answered();
        connection.flushed();

        assertThat(budget.held()).isZero();
    }

    /** What Netty has never seen leaves nothing in its buffers. */
    @Test
    void keepsNothingOfLargeHeadThatNettyDidNotDecode() {
        ClientConnection connection = connect();
        assertThat(connection.arrived(16 * KIB)).isTrue();
        assertThat(connection.asked(10, false, true)).isTrue();
        assertThat(connection.askedAll(0)).isTrue();
        assertThat(budget.held()).isEqualTo(16 * KIB + 10L * BufferBudget.FIELD_BYTES);

        connection.sentOn();
        assertThat(budget.held()).isZero();
        assertThat(connection.isLastAnswer()).isFalse();
    }

    /** Held requests of every size, ten times as many as were seen. */
    @ParameterizedTest
    @ValueSource(ints = {48, 480})
    void heldRequestsOfGradedSizesLeaveRoomForSmallOnes(int count) {
        var small = new BufferBudget(4608 * KIB); // of authentik-guard in its image
        for (int i = 1; i <= count; i++) {
            ClientConnection held = connect(small);
            if (held.arrived(i * 300 * KIB / count)) {
                assertThat(held.asked(0, false, false)).isTrue();
                assertThat(held.askedAll(0)).isTrue();
                if (i % 2 == 0 && held.passThrough()) {
                    held.sentOn();
                }
            }
        }

        for (int i = 0; i < 48; i++) {
            ClientConnection visitor = connect(small);
            assertThat(visitor.arrived(2 * KIB)).isTrue();
            assertThat(visitor.asked(0, false, false)).isTrue();
            assertThat(visitor.passThrough()).isTrue();
        }
    }
}
