package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.ANNA_ROTATED;
import static dev.forwardguard.authentik.login.LoginsUnderTest.HOME;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Cancelled;
import dev.forwardguard.authentik.login.AuthResult.Overloaded;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.authentik.login.AuthResult.Throttled;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** The same password at the same moment is one check, and nobody waits for a crowd. */
class CoalescedLoginsTest {
    private final LoginsUnderTest logins = new LoginsUnderTest();

    @AfterEach
    void stop() {
        logins.close();
    }

    private final CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void thePoolIsBusy() {
        BusyPool.until(gate, logins.pool());
        BusyPool.until(gate, logins.pool());
    }

    @AfterEach
    void open() {
        gate.countDown();
    }

    @Test
    void isHashedOnceForAllWhoWait() {
        List<CompletableFuture<AuthResult>> waiting = new ArrayList<>();
        for (int asset = 0; asset < 60; asset++) {
            waiting.add(logins.ask("anna", "secret", HOME, () -> true));
        }
        gate.countDown();

        assertThat(waiting.removeFirst().join()).isEqualTo(new Accepted(false));
        assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Accepted(true)));
        assertThat(logins.hashes()).isEqualTo(1);
    }

    @Test
    void isOneFailureHoweverManyWait() {
        List<CompletableFuture<AuthResult>> waiting = new ArrayList<>();
        for (int asset = 0; asset < 60; asset++) {
            waiting.add(logins.ask("anna", "guess", HOME, () -> true));
        }
        gate.countDown();

        assertThat(waiting.removeFirst().join()).isEqualTo(new Rejected(false));
        assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Rejected(true)));
        assertThat(logins.login("anna", "guess")).isEqualTo(new Rejected(true));
        logins.fail(4, HOME);
        assertThat(logins.hashes()).isEqualTo(5);
    }

    @Test
    void isStillCheckedWhenWhoAskedFirstHangsUp() {
        var there = new AtomicBoolean(true);
        logins.ask("anna", "secret", HOME, there::get);
        var second = logins.ask("anna", "secret", HOME, () -> true);
        there.set(false);
        gate.countDown();

        assertThat(second.join()).isEqualTo(new Accepted(true));
    }

    @Test
    void isNotCheckedWhenAllHaveHungUp() {
        var there = new AtomicBoolean(true);
        var first = logins.ask("anna", "secret", HOME, there::get);
        var second = logins.ask("anna", "secret", HOME, there::get);
        there.set(false);
        gate.countDown();

        assertThat(first.join()).isEqualTo(new Cancelled());
        assertThat(second.join()).isEqualTo(new Cancelled());
        assertThat(logins.hashes()).isEqualTo(0);
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
    }

    @Test
    void isAnsweredByThePasswordInForceWhenItIsChecked() {
        var early = logins.ask("anna", "secret", HOME, () -> true);
        logins.inForce(ANNA_ROTATED);
        gate.countDown();

        assertThat(early.join()).isEqualTo(new Rejected(false));
    }

    @Test
    void doesNotWaitInACrowdThatNeverEnds() {
        for (int asset = 0; asset < 1000; asset++) {
            assertThat(logins.ask("anna", "secret", HOME, () -> true)).isNotDone();
        }
        assertThat(logins.login("anna", "secret")).isEqualTo(new Overloaded());
    }

    @Test
    void manyGuessesAtTheSameMomentAreNotOne() {
        List<CompletableFuture<AuthResult>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(logins.ask("anna", "guess " + i, HOME, () -> true));
        }
        assertThat(logins.login("anna", "guess 5")).isEqualTo(new Overloaded());
        assertThat(logins.login("anna", "guess 6")).isEqualTo(new Overloaded());
        gate.countDown();
        assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Rejected(false)));
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        assertThat(logins.hashes()).isEqualTo(5);
    }

    @Test
    void keepsNobodyWaitingWhoLoggedInBefore() {
        gate.countDown();
        logins.login("bert", "secret");
        logins.pass(Duration.ofMinutes(6));
        var again = new CountDownLatch(1);
        BusyPool.until(again, logins.pool());
        BusyPool.until(again, logins.pool());
        List<CompletableFuture<AuthResult>> crowd = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            crowd.add(logins.ask("anna", "guess", address("203.0.113." + i), () -> true));
        }

        assertThat(logins.login("bert", "secret")).isEqualTo(new Accepted(false));

        assertThat(crowd).noneMatch(CompletableFuture::isDone);
        again.countDown();
        assertThat(crowd).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Rejected(false)));
    }
}
