package dev.forwardguard.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

class BufferBudgetTest {
    private final BufferBudget budget = new BufferBudget(100);
    private final EmbeddedChannel client = new EmbeddedChannel();

    @Test
    void givesLargeOnlyTheFirstHalf() {
        BufferBudget.Share large = budget.open(client);
        BufferBudget.Share small = budget.open(new EmbeddedChannel());
        assertThat(small.take(20)).isTrue();

        assertThat(large.takeLarge(31)).isFalse();
        assertThat(large.takeLarge(30)).isTrue();
        assertThat(large.takeLarge(1)).isFalse();

        assertThat(small.take(50)).isTrue();
        assertThat(budget.held()).isEqualTo(100);
    }

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
        share.giveBack();

        assertThat(budget.held()).isZero();
        assertThat(budget.open(new EmbeddedChannel()).take(100)).isTrue();
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
}
