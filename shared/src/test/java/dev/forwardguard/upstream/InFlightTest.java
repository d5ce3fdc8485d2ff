package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.client.ClientAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

class InFlightTest {
    private final InFlight inFlight = new InFlight();

    private static ClientAddress address(int last) {
        return ClientAddress.parse("198.51.100." + last).orElseThrow();
    }

    private int enterAll(ClientAddress client, int max) {
        int entered = 0;
        while (inFlight.enter(client, max)) {
            entered++;
        }
        return entered;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "4, 1", "5, 2", "8, 2", "256, 64", "10000, 2500"})
    void sharesQuarterRoundedUp(int max, int share) {
        assertThat(enterAll(address(1), max)).isEqualTo(share);
        assertThat(inFlight.shares(max)).isEqualTo(new ClientShares(share, share, 1, true));
    }

    @Test
    void limitsUnknownAddressesTogether() {
        assertThat(enterAll(ClientAddress.UNKNOWN, 256)).isEqualTo(256);
        assertThat(inFlight.shares(256)).isEqualTo(new ClientShares(64, 256, 0, false));
        assertThat(inFlight.enter(address(1), 256)).isFalse();
        assertThat(inFlight.shares(256).addresses()).isZero();
    }

    @Test
    void boundsTotalOfAllAddresses() {
        int entered = 0;
        for (int i = 1; i < 10; i++) {
            entered += enterAll(address(i), 8);
        }

        assertThat(entered).isEqualTo(8);
        assertThat(inFlight.shares(8).addresses()).isEqualTo(4);
    }

    /** The setting may change at any time. */
    @Test
    void followsLimit() {
        assertThat(enterAll(address(1), 16)).isEqualTo(4);
        assertThat(inFlight.enter(address(1), 8)).isFalse();
        assertThat(inFlight.enter(address(2), 8)).isTrue();
        assertThat(enterAll(address(1), 32)).isEqualTo(4);
    }

    @Test
    void forgetsAddressesWithoutRequests() {
        Random random = new Random(3);
        List<ClientAddress> inside = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            ClientAddress client = random.nextInt(5) == 0 ? ClientAddress.UNKNOWN : any(random);
            if (random.nextBoolean() && inFlight.enter(client, 32)) {
                inside.add(client);
            } else if (!inside.isEmpty()) {
                inFlight.leave(inside.remove(random.nextInt(inside.size())));
            }
            assertThat(inFlight.shares(32).addresses())
                    .isEqualTo(
                            (int)
                                    inside.stream()
                                            .filter(each -> !each.equals(ClientAddress.UNKNOWN))
                                            .distinct()
                                            .count());
        }
        inside.forEach(inFlight::leave);

        assertThat(inFlight.shares(32).addresses()).isZero();
        assertThat(enterAll(ClientAddress.UNKNOWN, 32)).isEqualTo(32);
    }

    private static ClientAddress any(Random random) {
        byte[] bytes = new byte[4];
        random.nextBytes(bytes);
        bytes[0] = (byte) (bytes[0] & 3);
        return ClientAddress.of(bytes);
    }

    @Test
    void losesNoPlaceBetweenThreads() {
        var most = new AtomicInteger();
        var now = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int thread = 0; thread < 8; thread++) {
                threads.execute(
                        () -> {
                            for (int i = 0; i < 20_000; i++) {
                                if (inFlight.enter(address(1), 16)) {
                                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                                    now.decrementAndGet();
                                    inFlight.leave(address(1));
                                }
                            }
                        });
            }
        }

        assertThat(most.get()).isBetween(1, 4);
        assertThat(inFlight.shares(16).addresses()).isZero();
        assertThat(enterAll(address(1), 16)).isEqualTo(4);
        assertThat(enterAll(ClientAddress.UNKNOWN, 16)).isEqualTo(12);
    }
}
