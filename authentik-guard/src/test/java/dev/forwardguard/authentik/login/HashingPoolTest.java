package dev.forwardguard.authentik.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

class HashingPoolTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final HashingPool pool = new HashingPool(1, 4);

    @AfterEach
    void stop() {
        gate.countDown();
        pool.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 2", "4, 3", "64, 3"})
    void leavesOneProcessorForEventLoops(int processors, int threads) {
        assertThat(HashingPool.threadsBeside(processors)).isEqualTo(threads);
    }

    @Test
    void reservesThreadForTrustedAddresses() throws InterruptedException {
        while (BusyPool.submitBlocked(gate, pool)) {}
        var checked = new CountDownLatch(1);

        pool.execute(Reputation.TRUSTED, checked::countDown);

        assertThat(checked.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void reservesPlacesPerReputation() {
        while (BusyPool.submitBlocked(gate, pool)) {}

        pool.execute(Reputation.SUSPICIOUS, () -> {});

        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> pool.execute(Reputation.UNKNOWN, () -> {}))
                .withMessageContaining("UNKNOWN");
    }

    @Test
    void checksUnknownBeforeSuspiciousInOrder() throws InterruptedException {
        BusyPool.submitBlocked(gate, pool);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        var checked = new CountDownLatch(4);
        for (int turn = 1; turn <= 2; turn++) {
            for (Reputation reputation : List.of(Reputation.SUSPICIOUS, Reputation.UNKNOWN)) {
                String name = reputation + " " + turn;
                pool.execute(
                        reputation,
                        () -> {
                            order.add(name);
                            checked.countDown();
                        });
            }
        }
        gate.countDown();

        assertThat(checked.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(order).containsExactly("UNKNOWN 1", "UNKNOWN 2", "SUSPICIOUS 1", "SUSPICIOUS 2");
    }
}
