package dev.forwardguard.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

class BufferBudgetTest {
    private final BufferBudget budget = new BufferBudget(100);
    private final EmbeddedChannel client = new EmbeddedChannel();

    @Test
    void grantsUpToLimit() {
        BufferBudget.Share share = budget.open(client);

        assertThat(share.take(60)).isTrue();
        assertThat(share.take(41)).isFalse();
        assertThat(share.take(40)).isTrue();
        assertThat(share.take(1)).isFalse();
        assertThat(budget.held()).isEqualTo(100);
    }

    @Test
    void reusesReturnedBytes() {
        BufferBudget.Share share = budget.open(client);
        share.take(100);

        share.giveBack(30);
        assertThat(budget.held()).isEqualTo(70);
        share.giveBack(70);

        assertThat(budget.held()).isZero();
        assertThat(budget.open(new EmbeddedChannel()).take(100)).isTrue();
    }

    /** Netty says that a write has failed after it has said that the connection is closed. */
    @Test
    void closedConnectionGivesBackNothingTwice() {
        BufferBudget.Share share = budget.open(client);
        share.take(60);
        client.close();

        share.giveBack(60);
        share.keep(0);

        assertThat(budget.held()).isZero();
        assertThat(share.take(1)).isFalse();
    }

    @Test
    void releasesBytesOfClosedConnection() {
        budget.open(client).take(100);

        client.close().syncUninterruptibly();

        assertThat(budget.held()).isZero();
    }

    @Test
    void chargesResponseToItsClient() {
        budget.open(client).take(99);

        assertThat(BufferBudget.of(client).take(2)).isFalse();
        assertThat(BufferBudget.of(new EmbeddedChannel()).take(1_000_000)).isTrue();
    }

    @Test
    void staysWithinLimitUnderConcurrency() {
        var granted = new LongAdder();
        List<BufferBudget.Share> shares =
                IntStream.range(0, 64).mapToObj(i -> budget.open(new EmbeddedChannel())).toList();

        try (var threads = Executors.newFixedThreadPool(8)) {
            shares.forEach(
                    share ->
                            threads.execute(
                                    () -> {
                                        if (share.take(7)) {
                                            granted.add(7);
                                        }
                                    }));
        }

        assertThat(budget.held()).isEqualTo(granted.sum()).isPositive().isLessThanOrEqualTo(100);
    }

    /** Netty reports a failed write only after it has reported the end of the connection. */
    @Test
    void keepsNothingForClosedConnection() {
        var closedBudget = new BufferBudget(100);
        var client = new EmbeddedChannel();
        BufferBudget.Share share = closedBudget.open(client);
        share.take(50);

        client.close();
        share.keep(20);

        assertThat(closedBudget.held()).isZero();
    }

    private static final int KIB = 1024;

    private static BufferBudget.Share connection(BufferBudget of) {
        return of.open(new EmbeddedChannel());
    }

    @Test
    void largeConnectionsHoldAtMostHalf() {
        var large = new BufferBudget(1024 * KIB);
        assertThat(connection(large).take(300 * KIB)).isTrue();
        BufferBudget.Share growing = connection(large);

        assertThat(growing.take(24 * KIB)).isTrue();
        assertThat(growing.take(200 * KIB)).isFalse();
        assertThat(growing.take(188 * KIB)).isTrue();
        assertThat(connection(large).take(25 * KIB)).isFalse();
        assertThat(connection(large).take(24 * KIB)).isTrue();
    }

    @Test
    void connectionThatShrinksIsNotLarge() {
        var shrunk = new BufferBudget(1024 * KIB);
        BufferBudget.Share first = connection(shrunk);
        assertThat(first.take(512 * KIB)).isTrue();

        first.keep(24 * KIB);

        assertThat(connection(shrunk).take(512 * KIB)).isTrue();
        assertThat(shrunk.held()).isEqualTo(536 * KIB);
    }

    @Test
    void lastEighthIsForSmallConnections() {
        var reserve = new BufferBudget(1024 * KIB);
        int medium = 0;
        while (connection(reserve).take(16 * KIB)) {
            medium++;
        }
        assertThat(medium).isEqualTo(56);

        for (int small = 0; small < 16; small++) {
            assertThat(connection(reserve).take(8 * KIB)).isTrue();
        }
        assertThat(connection(reserve).take(1)).isFalse();
    }

    @Test
    void passThroughHasShareOfItsOwn() {
        var shared = new BufferBudget(1024 * KIB);
        int passed = 0;
        BufferBudget.Share last = connection(shared);
        while (last.take(16 * KIB) && last.passThrough()) {
            passed++;
            last = connection(shared);
        }
        assertThat(passed).isEqualTo(16);
        assertThat(last.take(1)).isTrue(); // not passed through

        BufferBudget.Share small = connection(shared);
        assertThat(small.take(8 * KIB)).isTrue();
        assertThat(small.passThrough()).isTrue();
        small.endPassThrough();
        assertThat(shared.held()).isEqualTo((17 * 16 + 8) * KIB + 1);
    }

    @Test
    void everythingIsGivenBackWhateverTheOrder() {
        var random = new Random(23);
        var all = new BufferBudget(4096 * KIB);
        for (int connection = 0; connection < 200; connection++) {
            var channel = new EmbeddedChannel();
            BufferBudget.Share share = all.open(channel);
            for (int step = 0; step < 50; step++) {
                switch (random.nextInt(5)) {
                    case 0, 1 -> share.take(random.nextInt(100 * KIB));
                    case 2 -> share.keep(random.nextInt(50 * KIB));
                    case 3 -> share.passThrough();
                    default -> share.endPassThrough();
                }
            }
            channel.close();
        }
        assertThat(all.held()).isZero();
        BufferBudget.Share whole = connection(all);
        assertThat(whole.take(2048 * KIB)).isTrue();
        whole.giveBack(2048 * KIB);
        BufferBudget.Share passing = connection(all);
        assertThat(passing.passThrough()).isTrue();
        assertThat(passing.take(1024 * KIB)).isTrue();
    }
}
