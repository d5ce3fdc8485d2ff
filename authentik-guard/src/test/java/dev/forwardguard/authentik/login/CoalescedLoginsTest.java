package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.ANNA_ROTATED;
import static dev.forwardguard.authentik.login.LoginsUnderTest.HOME;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.LoginOutcome.Overloaded;
import dev.forwardguard.authentik.login.LoginOutcome.Right;
import dev.forwardguard.authentik.login.LoginOutcome.Throttled;
import dev.forwardguard.authentik.login.LoginOutcome.Unheard;
import dev.forwardguard.authentik.login.LoginOutcome.Wrong;

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
        Occupied.until(gate, logins.pool());
        Occupied.until(gate, logins.pool());
    }

    @AfterEach
    void open() {
        gate.countDown();
    }

    @Test
    void isHashedOnceForAllWhoWait() {
        List<CompletableFuture<LoginOutcome>> waiting = new ArrayList<>();
        for (int asset = 0; asset < 60; asset++) {
            waiting.add(logins.ask("anna", "secret", HOME, () -> true));
        }
        gate.countDown();

        assertThat(waiting.removeFirst().join()).isEqualTo(new Right(false));
        assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Right(true)));
        assertThat(logins.hashes()).isEqualTo(1);
    }

    @Test
    void isOneFailureHoweverManyWait() {
        List<CompletableFuture<LoginOutcome>> waiting = new ArrayList<>();
        for (int asset = 0; asset < 60; asset++) {
            waiting.add(logins.ask("anna", "guess", HOME, () -> true));
        }
        gate.countDown();

        assertThat(waiting.removeFirst().join()).isEqualTo(new Wrong(false));
        assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Wrong(true)));
        assertThat(logins.login("anna", "guess")).isEqualTo(new Wrong(true));
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

        assertThat(second.join()).isEqualTo(new Right(true));
    }

    @Test
    void isNotCheckedWhenAllHaveHungUp() {
        var there = new AtomicBoolean(true);
        var first = logins.ask("anna", "secret", HOME, there::get);
        var second = logins.ask("anna", "secret", HOME, there::get);
        there.set(false);
        gate.countDown();

        assertThat(first.join()).isEqualTo(new Unheard());
        assertThat(second.join()).isEqualTo(new Unheard());
        assertThat(logins.hashes()).isEqualTo(0);
        assertThat(logins.login("anna", "secret")).isEqualTo(new Right(false));
    }

    @Test
    void isAnsweredByThePasswordInForceWhenItIsChecked() {
        var early = logins.ask("anna", "secret", HOME, () -> true);
        logins.inForce(ANNA_ROTATED);
        gate.countDown();

        assertThat(early.join()).isEqualTo(new Wrong(false));
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
        List<CompletableFuture<LoginOutcome>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(logins.ask("anna", "guess " + i, HOME, () -> true));
        }
        assertThat(logins.login("anna", "guess 5")).isEqualTo(new Overloaded());
        assertThat(logins.login("anna", "guess 6")).isEqualTo(new Overloaded());
        gate.countDown();
        assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Wrong(false)));
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        assertThat(logins.hashes()).isEqualTo(5);
    }

    @Test
    void keepsNobodyWaitingWhoLoggedInBefore() {
        gate.countDown();
        logins.login("bert", "secret");
        logins.pass(Duration.ofMinutes(6));
        var again = new CountDownLatch(1);
        Occupied.until(again, logins.pool());
        Occupied.until(again, logins.pool());
        List<CompletableFuture<LoginOutcome>> crowd = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            crowd.add(logins.ask("anna", "guess", address("203.0.113." + i), () -> true));
        }

        assertThat(logins.login("bert", "secret")).isEqualTo(new Right(false));

        assertThat(crowd).noneMatch(CompletableFuture::isDone);
        again.countDown();
        assertThat(crowd).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Wrong(false)));
    }
}
