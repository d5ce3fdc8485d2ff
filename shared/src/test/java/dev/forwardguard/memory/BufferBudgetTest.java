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
    void givesUpToItsLimitAndNotAByteMore() {
        BufferBudget.Share share = budget.open(client);

        assertThat(share.take(60)).isTrue();
        assertThat(share.take(41)).isFalse();
        assertThat(share.take(40)).isTrue();
        assertThat(share.take(1)).isFalse();
        assertThat(budget.held()).isEqualTo(100);
    }

    @Test
    void whatIsGivenBackCanBeTakenAgain() {
        BufferBudget.Share share = budget.open(client);
        share.take(100);

        share.giveBack(30);
        assertThat(budget.held()).isEqualTo(70);
        share.giveBack();

        assertThat(budget.held()).isZero();
        assertThat(budget.open(new EmbeddedChannel()).take(100)).isTrue();
    }

    @Test
    void aConnectionThatEndsGivesBackWhatItHolds() {
        budget.open(client).take(100);

        client.close().syncUninterruptibly();

        assertThat(budget.held()).isZero();
    }

    @Test
    void theAnswerIsCountedForTheClientThatAsked() {
        budget.open(client).take(99);

        assertThat(BufferBudget.of(client).take(2)).isFalse();
        assertThat(BufferBudget.of(new EmbeddedChannel()).take(1_000_000)).isTrue();
    }

    @Test
    void neverGivesMoreThanItHasHoweverManyAsk() {
        var given = new LongAdder();
        List<BufferBudget.Share> shares =
                IntStream.range(0, 64).mapToObj(i -> budget.open(new EmbeddedChannel())).toList();

        try (var threads = Executors.newFixedThreadPool(8)) {
            shares.forEach(
                    share ->
                            threads.execute(
                                    () -> {
                                        if (share.take(7)) {
                                            given.add(7);
                                        }
                                    }));
        }

        assertThat(budget.held()).isEqualTo(given.sum()).isPositive().isLessThanOrEqualTo(100);
    }

    /** Netty tells that an answer was not sent after it has told that the connection has ended. */
    @Test
    void nothingIsKeptForAConnectionThatHasEnded() {
        var ended = new BufferBudget(100);
        var client = new EmbeddedChannel();
        BufferBudget.Share share = ended.open(client);
        share.take(50);

        client.close();
        share.keep(20);

        assertThat(ended.held()).isZero();
    }
}
