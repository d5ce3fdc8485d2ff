package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.ANNA;
import static dev.forwardguard.authentik.login.LoginsUnderTest.ANNA_ROTATED;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.client.ClientAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An old password is rejected as soon as the new one is in effect. */
class RotatedPasswordTest {
    private final LoginsUnderTest logins = new LoginsUnderTest();

    @AfterEach
    void stop() {
        logins.close();
    }

    /** A login that begins after a rotation never succeeds with the old password. */
    @Test
    void rejectsOldPasswordUnderLoad() {
        logins.maxFailures(0);
        List<CompletableFuture<Void>> burst = new ArrayList<>();
        var stop = new AtomicBoolean();
        var answered = new AtomicInteger();
        var accepted = new AtomicInteger();
        var outdated = new AtomicInteger();
        var revision = new AtomicLong(); // odd: "other" is certainly in effect
        for (int thread = 0; thread < 4; thread++) {
            int network = thread % 2;
            burst.add(
                    CompletableFuture.runAsync(
                            () -> {
                                ClientAddress from = address("203.0.113." + network);
                                while (!stop.get()) {
                                    long before = revision.get();
                                    AuthResult outcome = logins.login("anna", "secret", from);
                                    long after = revision.get();
                                    answered.incrementAndGet();
                                    if (outcome instanceof Accepted) {
                                        accepted.incrementAndGet();
                                        if (before % 2 == 1 && before == after) {
                                            outdated.incrementAndGet();
                                        }
                                    }
                                }
                            },
                            run -> Thread.ofPlatform().start(run)));
        }
        for (int rotation = 0; rotation < 300; rotation++) {
            logins.setUsers(ANNA_ROTATED);
            revision.incrementAndGet();
            awaitTwoMore(answered);
            revision.incrementAndGet();
            logins.setUsers(ANNA);
            awaitTwoMore(answered);
        }
        stop.set(true);
        burst.forEach(CompletableFuture::join);

        assertThat(accepted.get()).isPositive();
        assertThat(outdated).hasValue(0);
    }

    @Test
    void rejectsPasswordRevokedDuringHashing() {
        logins.afterHash(() -> logins.setUsers(ANNA_ROTATED));
        assertThat(logins.login("anna", "secret")).isInstanceOf(Rejected.class);
        assertThat(logins.login("anna", "secret")).isInstanceOf(Rejected.class);

        logins.afterHash(() -> logins.setUsers(ANNA));
        assertThat(logins.login("anna", "new to this address", address("192.0.2.1")))
                .isInstanceOf(Rejected.class);
        assertThat(logins.login("anna", "secret")).isInstanceOf(Accepted.class);
    }

    private static void awaitTwoMore(AtomicInteger answered) {
        int enough = answered.get() + 2;
        while (answered.get() < enough) {
            Thread.onSpinWait();
        }
    }
}
