package dev.forwardguard.authentik.login;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.testing.guard.Visitor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * {@link Logins} with two threads and the users Anna and Bert. Its clock moves only by {@link
 * #advance}.
 */
final class LoginsUnderTest implements AutoCloseable {
    /** The password of Anna, and of Bert, is "secret". */
    static final String ANNA = Visitor.HTPASSWD;

    static final String BERT = ANNA.replace("anna", "bert");

    /** The password is "other". */
    static final String ANNA_ROTATED = "anna:{SHA}0JQeaNqPOBUf+Gph/Fn3xc+fyqI=\n";

    static final ClientAddress HOME = address("198.51.100.7");

    private final AtomicLong nanos = new AtomicLong(-1_000_000_000_000L);
    private volatile Duration wait = Duration.ZERO;
    private final AtomicInteger guesses = new AtomicInteger();
    private final AtomicInteger hashes = new AtomicInteger();
    private final AtomicInteger maxFailures = new AtomicInteger(5);
    private final HashingPool pool;
    private volatile Optional<Htpasswd> users = Optional.empty();
    private volatile Runnable afterHash = () -> {};
    private final Logins logins;

    LoginsUnderTest() {
        this(new HashingPool(2, 64));
    }

    LoginsUnderTest(HashingPool pool) {
        this.pool = pool;
        logins =
                new Logins(
                        () -> users,
                        nanos::get,
                        this::processorTime,
                        pool,
                        maxFailures::get,
                        this::hashed);
        setUsers(ANNA + BERT);
    }

    /** A hash takes no processor time here, but time passes while its thread waits for one. */
    private long processorTime() {
        nanos.addAndGet(wait.toNanos());
        return 0;
    }

    /** From now on so much time passes in each hash, and as much after it. */
    void busyMachine(Duration waiting) {
        wait = waiting;
    }

    private void hashed(long took) {
        hashes.incrementAndGet();
        afterHash.run();
    }

    /** Replaces the users. */
    void setUsers(String htpasswd) {
        users = Optional.of(Htpasswd.parse(htpasswd.getBytes(UTF_8), HashLimits.DEFAULT));
    }

    /** Removes the htpasswd file. */
    void removeFile() {
        users = Optional.empty();
    }

    void maxFailures(int perMinute) {
        maxFailures.set(perMinute);
    }

    /** Sets what runs on the hashing thread after each hash, before the result is known. */
    void afterHash(Runnable next) {
        afterHash = next;
    }

    static ClientAddress address(String text) {
        return ClientAddress.parse(text).orElseThrow();
    }

    CompletableFuture<AuthResult> check(
            String user, String password, ClientAddress from, BooleanSupplier isWaiting) {
        Credentials credentials =
                Credentials.parse(List.of(Visitor.basic(user, password))).orElseThrow();
        return logins.check(credentials, from, isWaiting).toCompletableFuture();
    }

    AuthResult login(String user, String password, ClientAddress from) {
        return check(user, password, from, () -> true).orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** A person has typed this password into a form. */
    void typed(String user, String password, ClientAddress from) {
        logins.typed(Credentials.parse(List.of(Visitor.basic(user, password))).orElseThrow(), from);
    }

    boolean areInLoop(String user, String password, ClientAddress from) {
        return logins.areInLoop(
                Credentials.parse(List.of(Visitor.basic(user, password))).orElseThrow(), from);
    }

    AuthResult login(String user, String password) {
        return login(user, password, HOME);
    }

    /** Fails with a different wrong password each time, and checks that each one is hashed. */
    void fail(int times, ClientAddress from) {
        for (int i = 0; i < times; i++) {
            assertThat(login("anna", "guess " + guesses.incrementAndGet(), from))
                    .isEqualTo(new Rejected(false));
        }
    }

    void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** The number of passwords that were hashed. */
    int hashes() {
        return hashes.get();
    }

    HashingPool pool() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
