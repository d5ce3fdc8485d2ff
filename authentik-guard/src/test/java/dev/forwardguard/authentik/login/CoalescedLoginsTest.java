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

/** Concurrent logins with the same password share one check; trusted addresses skip the queue. */
class CoalescedLoginsTest {
    private final LoginsUnderTest logins = new LoginsUnderTest();

    @AfterEach
    void stop() {
        logins.close();
    }

    private final CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void occupyPool() {
        BusyPool.submitBlocked(gate, logins.pool());
        BusyPool.submitBlocked(gate, logins.pool());
    }

    @AfterEach
    void openGate() {
        gate.countDown();
    }

    @Test
    void hashesOnceForAllWaiting() {
        List<CompletableFuture<AuthResult>> waiting = new ArrayList<>();
        for (int asset = 0; asset < 60; asset++) {
            waiting.add(logins.check("anna", "secret", HOME, () -> true));
        }
        gate.countDown();

        assertThat(waiting.removeFirst().join()).isEqualTo(new Accepted(false));
        assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Accepted(true)));
        assertThat(logins.hashes()).isEqualTo(1);
    }

    @Test
    void countsOneFailureForAllWaiting() {
        List<CompletableFuture<AuthResult>> waiting = new ArrayList<>();
        for (int asset = 0; asset < 60; asset++) {
            waiting.add(logins.check("anna", "guess", HOME, () -> true));
        }
        gate.countDown();

        assertThat(waiting.removeFirst().join()).isEqualTo(new Rejected(false));
        assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Rejected(true)));
        assertThat(logins.login("anna", "guess")).isEqualTo(new Rejected(true));
        logins.fail(4, HOME);
        assertThat(logins.hashes()).isEqualTo(5);
    }

    @Test
    void checksIfFirstCallerHangsUp() {
        var connected = new AtomicBoolean(true);
        logins.check("anna", "secret", HOME, connected::get);
        var second = logins.check("anna", "secret", HOME, () -> true);
        connected.set(false);
        gate.countDown();

        assertThat(second.join()).isEqualTo(new Accepted(true));
    }

    @Test
    void skipsCheckIfAllHungUp() {
        var connected = new AtomicBoolean(true);
        var first = logins.check("anna", "secret", HOME, connected::get);
        var second = logins.check("anna", "secret", HOME, connected::get);
        connected.set(false);
        gate.countDown();

        assertThat(first.join()).isEqualTo(new Cancelled());
        assertThat(second.join()).isEqualTo(new Cancelled());
        assertThat(logins.hashes()).isEqualTo(0);
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
    }

    @Test
    void usesPasswordValidAtCheckTime() {
        var early = logins.check("anna", "secret", HOME, () -> true);
        logins.setUsers(ANNA_ROTATED);
        gate.countDown();

        assertThat(early.join()).isEqualTo(new Rejected(false));
    }

    @Test
    void limitsWaitingLogins() {
        for (int asset = 0; asset < 1000; asset++) {
            assertThat(logins.check("anna", "secret", HOME, () -> true)).isNotDone();
        }
        assertThat(logins.login("anna", "secret")).isEqualTo(new Overloaded());
    }

    @Test
    void countsConcurrentGuessesSeparately() {
        List<CompletableFuture<AuthResult>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(logins.check("anna", "guess " + i, HOME, () -> true));
        }
        assertThat(logins.login("anna", "guess 5")).isEqualTo(new Overloaded());
        assertThat(logins.login("anna", "guess 6")).isEqualTo(new Overloaded());
        gate.countDown();
        assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Rejected(false)));
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        assertThat(logins.hashes()).isEqualTo(5);
    }

    @Test
    void checksTrustedAddressWithoutWaiting() {
        gate.countDown();
        logins.login("bert", "secret");
        logins.advance(Duration.ofMinutes(6));
        var secondGate = new CountDownLatch(1);
        BusyPool.submitBlocked(secondGate, logins.pool());
        BusyPool.submitBlocked(secondGate, logins.pool());
        List<CompletableFuture<AuthResult>> queued = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            queued.add(logins.check("anna", "guess", address("203.0.113." + i), () -> true));
        }

        assertThat(logins.login("bert", "secret")).isEqualTo(new Accepted(false));

        assertThat(queued).noneMatch(CompletableFuture::isDone);
        secondGate.countDown();
        assertThat(queued).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Rejected(false)));
    }
}
