package dev.forwardguard.server;

import static dev.forwardguard.server.AcceptBatch.MOST;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class AcceptBatchTest {
    private static final int EPOLL_NEVER_KNOWS = 1;

    private long now;
    private long perConnection = AcceptBatch.BURST_NANOS - 1;
    private final ChannelConfig listener = new EmbeddedChannel().config();
    private final RecvByteBufAllocator.ExtendedHandle handle =
            (RecvByteBufAllocator.ExtendedHandle) new AcceptBatch(() -> now).newHandle();
    private int waiting;
    private int failedAccepts;

    /**
     * Accepts as Netty's listeners do: the descriptor of a new connection is passed as the bytes
     * read.
     */
    private int turn() {
        int taken = 0;
        handle.reset(listener);
        handle.attemptedBytesRead(EPOLL_NEVER_KNOWS);
        do {
            if (waiting == 0) {
                failedAccepts++;
                handle.lastBytesRead(-1);
                break;
            }
            waiting--;
            taken++;
            handle.lastBytesRead(100 + taken);
            handle.incMessagesRead(1);
        } while (handle.continueReading(() -> false));
        now += Math.max(1, taken) * perConnection;
        handle.readComplete();
        return taken;
    }

    @Test
    void doublesBatchWhileConnectionsWait() {
        waiting = 1_000;
        List<Integer> turns = new ArrayList<>();
        while (waiting > 0) {
            turns.add(turn());
        }

        assertThat(turns).startsWith(1, 2, 4, 8, 16, 32, MOST, MOST).hasSize(21);
        assertThat(failedAccepts).isEqualTo(1);
    }

    @Test
    void wastesNoAcceptOnConnectionsThatComeOneByOne() {
        perConnection = AcceptBatch.BURST_NANOS;
        for (int i = 0; i < 100; i++) {
            waiting = 1;
            assertThat(turn()).isEqualTo(1);
        }

        assertThat(failedAccepts).isZero();
    }

    @Test
    void stopsWhenAutoReadIsOff() {
        waiting = 7;
        while (waiting > 0) {
            turn();
        }
        waiting = 100;
        listener.setAutoRead(false);

        assertThat(turn()).isEqualTo(1);
        assertThat(waiting).isEqualTo(99);
    }
}
