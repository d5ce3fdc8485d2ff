package dev.forwardguard.authentik.login;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.authentik.login.LoginOutcome.Overloaded;
import dev.forwardguard.authentik.login.LoginOutcome.Right;
import dev.forwardguard.authentik.login.LoginOutcome.Throttled;
import dev.forwardguard.authentik.login.LoginOutcome.Unheard;
import dev.forwardguard.authentik.login.LoginOutcome.Wrong;
import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

class LoginsTest {
    private static final String ANNA = Visitor.HTPASSWD;
    private static final String BERT = ANNA.replace("anna", "bert");

    /** The password is "other". */
    private static final String ANNA_ROTATED = "anna:{SHA}0JQeaNqPOBUf+Gph/Fn3xc+fyqI=\n";

    private static final ClientAddress HOME = address("198.51.100.7");

    private final AtomicLong nanos = new AtomicLong(-1_000_000_000_000L);
    private final AtomicInteger guesses = new AtomicInteger();
    private final AtomicInteger hashes = new AtomicInteger();
    private final AtomicInteger maxFailures = new AtomicInteger(5);
    private final HashingPool pool = new HashingPool(2, 64);
    private volatile Optional<Htpasswd> users = Optional.empty();
    private volatile Runnable afterHash = () -> {};
    private final Logins logins = logins();

    private Logins logins() {
        return new Logins(() -> users, nanos::get, pool, maxFailures::get, this::hashed);
    }

    private void hashed(long took) {
        hashes.incrementAndGet();
        afterHash.run();
    }

    @BeforeEach
    void usersAreThere() {
        inForce(ANNA + BERT);
    }

    @AfterEach
    void stop() {
        pool.close();
    }

    private void inForce(String htpasswd) {
        users = Optional.of(Htpasswd.parse(htpasswd.getBytes(UTF_8), HashLimits.DEFAULT));
    }

    private static ClientAddress address(String text) {
        return ClientAddress.parse(text).orElseThrow();
    }

    private static Credentials credentials(String user, String password) {
        return Credentials.parse(List.of(Visitor.basic(user, password))).orElseThrow();
    }

    private CompletableFuture<LoginOutcome> ask(
            String user, String password, ClientAddress from, BooleanSupplier listening) {
        return logins.check(credentials(user, password), from, listening).toCompletableFuture();
    }

    private LoginOutcome login(String user, String password, ClientAddress from) {
        return ask(user, password, from, () -> true).orTimeout(30, TimeUnit.SECONDS).join();
    }

    private LoginOutcome login(String user, String password) {
        return login(user, password, HOME);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void fail(int times, ClientAddress from) {
        for (int i = 0; i < times; i++) {
            assertThat(login("anna", "guess " + guesses.incrementAndGet(), from))
                    .isEqualTo(new Wrong(false));
        }
    }

    @Nested
    class RememberedLogins {
        @Test
        void aPageOf60AssetsCostsOneHash() {
            assertThat(login("anna", "secret")).isEqualTo(new Right(false));
            for (int asset = 0; asset < 60; asset++) {
                assertThat(login("anna", "secret")).isEqualTo(new Right(true));
            }
            assertThat(hashes).hasValue(1);
        }

        @Test
        void areForgottenAfterFiveMinutes() {
            login("anna", "secret");
            pass(Duration.ofMinutes(5).minusNanos(1));
            assertThat(login("anna", "secret")).isEqualTo(new Right(true));
            pass(Duration.ofNanos(1));
            assertThat(login("anna", "secret")).isEqualTo(new Right(false));
        }

        @Test
        void areForgottenWhenTheirEntryChangesAndOnlyThen() {
            login("anna", "secret");
            login("bert", "secret");

            inForce(BERT + ANNA_ROTATED);

            assertThat(login("anna", "secret")).isEqualTo(new Wrong(false));
            assertThat(login("anna", "other")).isEqualTo(new Right(false));
            assertThat(login("bert", "secret")).isEqualTo(new Right(true));
        }

        @Test
        void areForgottenWhenTheUserOrTheFileIsGone() {
            login("anna", "secret");

            inForce(BERT);
            assertThat(login("anna", "secret")).isEqualTo(new Wrong(false));

            login("bert", "secret");
            users = Optional.empty();
            assertThat(login("bert", "secret")).isEqualTo(new Wrong(false));
        }

        @Test
        void countForOneAddressOnly() {
            login("anna", "secret");

            assertThat(login("anna", "secret", address("198.51.100.8")))
                    .isEqualTo(new Right(false));
        }

        @Test
        void areNotMixedUp() {
            inForce("a:" + ANNA.substring(5) + "ab:" + ANNA.substring(5));
            login("ab", "secret");

            assertThat(login("a", "bsecret")).isEqualTo(new Wrong(false));
            assertThat(login("a", "secret")).isEqualTo(new Right(false));
            assertThat(login("ab", "Secret")).isEqualTo(new Wrong(false));
        }
    }

    @Nested
    class TheSamePasswordAtOnce {
        private final CountDownLatch gate = new CountDownLatch(1);

        @BeforeEach
        void thePoolIsBusy() {
            Occupied.until(gate, pool);
            Occupied.until(gate, pool);
        }

        @AfterEach
        void open() {
            gate.countDown();
        }

        @Test
        void isHashedOnceForAllWhoWait() {
            List<CompletableFuture<LoginOutcome>> waiting = new ArrayList<>();
            for (int asset = 0; asset < 60; asset++) {
                waiting.add(ask("anna", "secret", HOME, () -> true));
            }
            gate.countDown();

            assertThat(waiting.removeFirst().join()).isEqualTo(new Right(false));
            assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Right(true)));
            assertThat(hashes).hasValue(1);
        }

        @Test
        void isOneFailureHoweverManyWait() {
            List<CompletableFuture<LoginOutcome>> waiting = new ArrayList<>();
            for (int asset = 0; asset < 60; asset++) {
                waiting.add(ask("anna", "guess", HOME, () -> true));
            }
            gate.countDown();

            assertThat(waiting.removeFirst().join()).isEqualTo(new Wrong(false));
            assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Wrong(true)));
            assertThat(login("anna", "guess")).isEqualTo(new Wrong(true));
            fail(4, HOME);
            assertThat(hashes).hasValue(5);
        }

        @Test
        void isStillCheckedWhenWhoAskedFirstHangsUp() {
            var there = new AtomicBoolean(true);
            ask("anna", "secret", HOME, there::get);
            var second = ask("anna", "secret", HOME, () -> true);
            there.set(false);
            gate.countDown();

            assertThat(second.join()).isEqualTo(new Right(true));
        }

        @Test
        void isNotCheckedWhenAllHaveHungUp() {
            var there = new AtomicBoolean(true);
            var first = ask("anna", "secret", HOME, there::get);
            var second = ask("anna", "secret", HOME, there::get);
            there.set(false);
            gate.countDown();

            assertThat(first.join()).isEqualTo(new Unheard());
            assertThat(second.join()).isEqualTo(new Unheard());
            assertThat(hashes).hasValue(0);
            assertThat(login("anna", "secret")).isEqualTo(new Right(false));
        }

        @Test
        void isAnsweredByThePasswordInForceWhenItIsChecked() {
            var early = ask("anna", "secret", HOME, () -> true);
            inForce(ANNA_ROTATED);
            gate.countDown();

            assertThat(early.join()).isEqualTo(new Wrong(false));
        }

        @Test
        void doesNotWaitInACrowdThatNeverEnds() {
            for (int asset = 0; asset < 1000; asset++) {
                assertThat(ask("anna", "secret", HOME, () -> true)).isNotDone();
            }
            assertThat(login("anna", "secret")).isEqualTo(new Overloaded());
        }

        @Test
        void manyGuessesAtTheSameMomentAreNotOne() {
            List<CompletableFuture<LoginOutcome>> waiting = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waiting.add(ask("anna", "guess " + i, HOME, () -> true));
            }
            assertThat(login("anna", "guess 5")).isEqualTo(new Overloaded());
            assertThat(login("anna", "guess 6")).isEqualTo(new Overloaded());
            gate.countDown();
            assertThat(waiting).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Wrong(false)));
            assertThat(login("anna", "secret")).isInstanceOf(Throttled.class);
            assertThat(hashes).hasValue(5);
        }

        @Test
        void keepsNobodyWaitingWhoLoggedInBefore() {
            gate.countDown();
            login("bert", "secret");
            pass(Duration.ofMinutes(6));
            var again = new CountDownLatch(1);
            Occupied.until(again, pool);
            Occupied.until(again, pool);
            List<CompletableFuture<LoginOutcome>> crowd = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                crowd.add(ask("anna", "guess", address("203.0.113." + i), () -> true));
            }

            assertThat(login("bert", "secret")).isEqualTo(new Right(false));

            assertThat(crowd).noneMatch(CompletableFuture::isDone);
            again.countDown();
            assertThat(crowd).allSatisfy(it -> assertThat(it.join()).isEqualTo(new Wrong(false)));
        }
    }

    @Nested
    class ThrottledAddresses {
        @Test
        void areNotLookedAtNotEvenWithTheRightPassword() {
            fail(5, HOME);

            assertThat(login("anna", "secret")).isEqualTo(new Throttled(Duration.ofSeconds(12)));
            assertThat(login("anna", "guess")).isInstanceOf(Throttled.class);
            assertThat(hashes).hasValue(5);
        }

        @Test
        void doNotLockOutAnybodyElsewhere() {
            fail(5, HOME);

            assertThat(login("anna", "secret", address("198.51.100.8")))
                    .isEqualTo(new Right(false));
        }

        @Test
        void learnNothingFromWhatIsRemembered() {
            login("anna", "secret");
            fail(5, HOME);

            assertThat(login("anna", "secret")).isInstanceOf(Throttled.class);
        }

        @Test
        void mayTryAgainAfterAWhile() {
            fail(5, HOME);
            pass(Duration.ofSeconds(12).minusNanos(1));
            assertThat(login("anna", "secret")).isEqualTo(new Throttled(Duration.ofNanos(1)));
            pass(Duration.ofNanos(1));
            fail(1, HOME);
            assertThat(login("anna", "secret")).isInstanceOf(Throttled.class);
            pass(Duration.ofMinutes(1));
            fail(5, HOME);
        }

        @Test
        void areWholeNetworksInIpv6() {
            fail(5, address("2001:db8:1:2::1"));

            assertThat(login("anna", "secret", address("2001:db8:1:2:aaaa::9")))
                    .isInstanceOf(Throttled.class);
            assertThat(login("anna", "secret", address("2001:db8:1:3::1")))
                    .isEqualTo(new Right(false));
        }

        @Test
        void rightPasswordsDoNotCount() {
            for (int i = 0; i < 50; i++) {
                pass(Duration.ofMinutes(6));
                assertThat(login(i % 2 == 0 ? "anna" : "bert", "secret"))
                        .isEqualTo(new Right(false));
            }
            fail(5, HOME);
        }

        @Test
        void aChangedLimitIsInForceAtOnce() {
            fail(5, HOME);
            maxFailures.set(8);
            fail(8, HOME);
            assertThat(login("anna", "secret")).isInstanceOf(Throttled.class);
            maxFailures.set(0);
            fail(100, HOME);
            assertThat(login("anna", "secret")).isEqualTo(new Right(false));
        }
    }

    /** Nobody who asks after a rotation gets in by the old password, however busy everything is. */
    @Test
    void aBurstOfLoginsNeverOutlivesARotation() {
        maxFailures.set(0);
        List<CompletableFuture<Void>> burst = new ArrayList<>();
        var stop = new AtomicBoolean();
        var answered = new AtomicInteger();
        var rightOnes = new AtomicInteger();
        var outdated = new AtomicInteger();
        var revision = new AtomicLong(); // odd: certainly "other" is in force
        for (int thread = 0; thread < 4; thread++) {
            int network = thread % 2;
            burst.add(
                    CompletableFuture.runAsync(
                            () -> {
                                ClientAddress from = address("203.0.113." + network);
                                while (!stop.get()) {
                                    long before = revision.get();
                                    LoginOutcome outcome = login("anna", "secret", from);
                                    long after = revision.get();
                                    answered.incrementAndGet();
                                    if (outcome instanceof Right) {
                                        rightOnes.incrementAndGet();
                                        if (before % 2 == 1 && before == after) {
                                            outdated.incrementAndGet();
                                        }
                                    }
                                }
                            },
                            run -> Thread.ofPlatform().start(run)));
        }
        for (int rotation = 0; rotation < 300; rotation++) {
            inForce(ANNA_ROTATED);
            revision.incrementAndGet();
            awaitTwoMore(answered);
            revision.incrementAndGet();
            inForce(ANNA);
            awaitTwoMore(answered);
        }
        stop.set(true);
        burst.forEach(CompletableFuture::join);

        assertThat(rightOnes.get()).isPositive();
        assertThat(outdated).hasValue(0);
    }

    @Test
    void aPasswordThatIsRevokedWhileItIsHashedIsWrong() {
        afterHash = () -> inForce(ANNA_ROTATED);
        assertThat(login("anna", "secret")).isInstanceOf(Wrong.class);
        assertThat(login("anna", "secret")).isInstanceOf(Wrong.class);

        afterHash = () -> inForce(ANNA);
        assertThat(login("anna", "new to this address", address("192.0.2.1")))
                .isInstanceOf(Wrong.class);
        assertThat(login("anna", "secret")).isInstanceOf(Right.class);
    }

    private static void awaitTwoMore(AtomicInteger answered) {
        int enough = answered.get() + 2;
        while (answered.get() < enough) {
            Thread.onSpinWait();
        }
    }
}
