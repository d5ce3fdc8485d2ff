package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Overloaded;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.client.ClientAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;

/**
 * A flood of wrong passwords from one network, while logins have to wait for each other, does not
 * keep a new address of another network out. The clock stands still, so the brute force budget is
 * never refilled. Each guess costs at least 1 ms of its 5 s.
 */
class NetworkFloodTest {
    private static final int GUESSES_TO_SPEND_BUDGET = 5000;

    private final LoginsUnderTest logins = new LoginsUnderTest();
    private final CountDownLatch gate = new CountDownLatch(1);

    /** A network, and how its attacker changes addresses. */
    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    enum Network {
        V6_48(i -> "2001:db8:1:%x::1".formatted(i & 0xffff)),
        V6_56(i -> "2001:db8:1:%x::1".formatted(i & 0xff)),
        V4_24(i -> "192.0.2." + (i & 0xff)),
        NAT64(i -> "64:ff9b::c000:2%02x".formatted(i & 0xff));

        private final IntFunction<String> addresses;

        Network(IntFunction<String> addresses) {
            this.addresses = addresses;
        }

        ClientAddress address(int i) {
            return LoginsUnderTest.address(addresses.apply(i));
        }
    }

    @BeforeEach
    void makeLoginsWait() {
        logins.maxFailures(1_000_000);
        BusyPool.submitBlocked(gate, logins.pool());
        BusyPool.submitBlocked(gate, logins.pool());
        while (logins.pool().isContended()) {
            Thread.onSpinWait();
        }
        guess(address("198.18.0.1"), 0);
        assertThat(logins.pool().isContended()).isTrue();
        guess(address("198.18.1.1"), 0);
    }

    @AfterEach
    void stop() {
        gate.countDown();
        logins.close();
    }

    private CompletableFuture<AuthResult> guess(ClientAddress from, int number) {
        return logins.check("anna", "guess " + number, from, () -> true);
    }

    /** Returns how many of the guesses were hashed. */
    private int flood(Network network, int guesses) {
        int hashed = 0;
        for (int i = 0; i < guesses; i++) {
            AuthResult result = logins.login("anna", "guess " + i, network.address(i));
            assertThat(result).isIn(new Rejected(false), new Overloaded());
            hashed += result instanceof Rejected ? 1 : 0;
        }
        return hashed;
    }

    @ParameterizedTest
    @EnumSource
    void leavesHalfOfBudgetToOtherNetworks(Network network) {
        gate.countDown();

        int hashed = flood(network, 10 * GUESSES_TO_SPEND_BUDGET);

        assertThat(hashed).isBetween(GUESSES_TO_SPEND_BUDGET / 4, GUESSES_TO_SPEND_BUDGET / 2);
        assertThat(logins.login("anna", "secret", address("203.0.113.1")))
                .isEqualTo(new Accepted(false));
        assertThat(logins.login("bert", "secret", address("2001:db8:2::1")))
                .isEqualTo(new Accepted(false));
    }

    @Test
    void leavesHalfOfBudgetAfterFloodFromTenNetworks() {
        gate.countDown();
        for (int i = 0; i < 10 * GUESSES_TO_SPEND_BUDGET; i++) {
            String attacker = "2001:db8:%x:%x::1".formatted(i % 10, i / 10);
            logins.login("anna", "guess " + i, address(attacker));
        }

        assertThat(logins.login("anna", "secret", address("203.0.113.1")))
                .isEqualTo(new Accepted(false));
    }

    /** All at once, before the first of them has failed. */
    @ParameterizedTest
    @ValueSource(ints = {100, 1000})
    void leavesPlacesInQueueToOtherNetworks(int guesses) {
        List<CompletableFuture<AuthResult>> flood = new ArrayList<>();
        for (int i = 0; i < guesses; i++) {
            flood.add(guess(Network.V6_48.address(i), i));
        }
        assertThat(flood).filteredOn(CompletableFuture::isDone).isNotEmpty();

        var stranger = logins.check("anna", "secret", address("203.0.113.1"), () -> true);

        assertThat(stranger).isNotDone();
        gate.countDown();
        assertThat(stranger.join()).isEqualTo(new Accepted(false));
    }
}
