package dev.forwardguard.authentik.login;

import com.github.benmanes.caffeine.cache.Cache;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Cancelled;
import dev.forwardguard.authentik.login.AuthResult.Overloaded;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.authentik.login.AuthResult.Throttled;
import dev.forwardguard.authentik.login.PendingCheck.Answer;
import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.htpasswd.HtpasswdEntry;
import dev.forwardguard.time.Ticker;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Decides whether a password is right, and hashes it only if there is no other way to know.
 * Identical credentials from one address are one attempt, however many parts a page has. Requests
 * that arrive while the check is in flight share its result, and later requests get the remembered
 * result.
 *
 * <p>Every result names the htpasswd entry that it is about. If that entry is no longer in force
 * when the result arrives, the credentials are checked again. An old password therefore never gets
 * in once the new one is in force.
 */
public final class Logins {
    /**
     * How long a right password is accepted without another hash. Browsers send the password with
     * each request.
     */
    private static final Duration REMEMBERED = Duration.ofMinutes(5);

    /**
     * The size of each table: addresses, right passwords, wrong passwords and unchecked ones. An
     * entry has about 200 bytes. At the usual costs of bcrypt, two threads cannot fill the table
     * with wrong passwords before these expire.
     */
    private static final int CAPACITY = 10_000;

    private final Supplier<Optional<Htpasswd>> users;
    private final Ticker ticker;
    private final Ticker processor;
    private final FailureThrottle throttle;
    private final BruteForceBudget budget;
    private final HashingPool pool;
    private final LongConsumer hashed;
    private final CredentialFingerprint fingerprints = new CredentialFingerprint();
    private final Cache<ByteBuffer, Optional<HtpasswdEntry>> accepted;
    private final RejectedPasswords rejected;
    private final UnjudgedPasswords unjudged;
    private final ConcurrentHashMap<ByteBuffer, PendingCheck> inFlight = new ConcurrentHashMap<>();

    /**
     * @param users the users in force
     * @param processor the time that the current thread has had a processor: a guess is charged for
     *     its work, and not for its wait on a busy machine
     * @param maxFailures how many wrong passwords an address may send in a minute; 0 for no limit
     * @param hashed receives the duration of each check in nanoseconds
     */
    public Logins(
            Supplier<Optional<Htpasswd>> users,
            Ticker ticker,
            Ticker processor,
            HashingPool pool,
            IntSupplier maxFailures,
            LongConsumer hashed) {
        this.users = users;
        this.ticker = ticker;
        this.processor = processor;
        this.throttle = new FailureThrottle(ticker, CAPACITY, maxFailures);
        this.budget = new BruteForceBudget(ticker);
        this.pool = pool;
        this.hashed = hashed;
        this.rejected = new RejectedPasswords(ticker, CAPACITY);
        this.unjudged = new UnjudgedPasswords(ticker, CAPACITY);
        accepted = RecentTable.create(ticker, REMEMBERED, CAPACITY);
    }

    /**
     * Checks the credentials. The result is available at once if no hash is needed.
     *
     * @param isWaiting whether the caller still waits for the result
     */
    public CompletionStage<AuthResult> check(
            Credentials credentials, ClientAddress from, BooleanSupplier isWaiting) {
        ByteBuffer fingerprint = fingerprints.of(from, credentials);
        PendingCheck same = inFlight.get(fingerprint);
        if (same != null && same.join(isWaiting)) {
            return confirmed(same, credentials, from, isWaiting).thenApply(Logins::again);
        }
        // Before the remembered results: a throttled attacker must not learn what is right.
        Optional<AuthResult> refusal = throttle.refusal(from);
        if (refusal.isPresent()) {
            return refused(fingerprint, refusal.get());
        }
        Optional<HtpasswdEntry> entry = entry(credentials);
        if (entry.isPresent() && entry.equals(accepted.getIfPresent(fingerprint))) {
            unjudged.remove(fingerprint);
            return CompletableFuture.completedFuture(new Accepted(true));
        }
        if (rejected.include(fingerprint, entry)) {
            unjudged.remove(fingerprint);
            return CompletableFuture.completedFuture(new Rejected(true));
        }
        Optional<Duration> refused = unjudged.again(fingerprint);
        return refused.isPresent()
                ? CompletableFuture.completedFuture(new Throttled(refused.get()))
                : begin(fingerprint, credentials, from, isWaiting);
    }

    /**
     * Whether these wrong credentials come so often that nobody types them. To be asked whenever
     * the visitor's browser is about to be asked for others.
     */
    public boolean areInLoop(Credentials credentials, ClientAddress from) {
        return rejected.isInLoop(fingerprints.of(from, credentials));
    }

    /**
     * Says that a person has just typed these credentials into a form: that is no repetition by
     * which a browser tries them once more.
     */
    public void typed(Credentials credentials, ClientAddress from) {
        unjudged.remove(fingerprints.of(from, credentials));
    }

    private CompletionStage<AuthResult> refused(ByteBuffer fingerprint, AuthResult refusal) {
        if (refusal instanceof Throttled) {
            unjudged.add(fingerprint);
        }
        return CompletableFuture.completedFuture(refusal);
    }

    private Optional<HtpasswdEntry> entry(Credentials credentials) {
        return users.get().flatMap(now -> now.entry(credentials.user()));
    }

    /** Returns the check's result. If the entry has changed since, checks the credentials again. */
    private CompletionStage<AuthResult> confirmed(
            PendingCheck check,
            Credentials credentials,
            ClientAddress from,
            BooleanSupplier isWaiting) {
        return check.answer()
                .thenCompose(
                        answer ->
                                answer.holds(entry(credentials))
                                        ? CompletableFuture.completedFuture(answer.outcome())
                                        : check(credentials, from, isWaiting));
    }

    private CompletionStage<AuthResult> begin(
            ByteBuffer fingerprint,
            Credentials credentials,
            ClientAddress from,
            BooleanSupplier isWaiting) {
        Optional<FailureThrottle.Attempt> attempt = throttle.begin(from);
        if (attempt.isEmpty()) {
            return refused(fingerprint, throttle.refusal(from).orElse(new Overloaded()));
        }
        if (pool.isContended()) {
            budget.contended();
        }
        if (!budget.allows(attempt.get().reputation())) {
            attempt.get().cancelled();
            return CompletableFuture.completedFuture(new Overloaded());
        }
        PendingCheck mine = new PendingCheck(attempt.get());
        mine.join(isWaiting);
        PendingCheck first = inFlight.putIfAbsent(fingerprint, mine);
        if (first != null) {
            attempt.get().cancelled();
            return joinFirst(first, fingerprint, credentials, from, isWaiting);
        }
        try {
            pool.execute(attempt.get().reputation(), () -> run(mine, fingerprint, credentials));
        } catch (RejectedExecutionException full) {
            attempt.get().cancelled();
            end(mine, fingerprint, new Answer(new Overloaded(), Optional.empty()));
        } catch (RuntimeException | Error noThread) {
            attempt.get().cancelled();
            fail(mine, fingerprint, noThread);
        }
        return confirmed(mine, credentials, from, isWaiting);
    }

    /** Lost the race to register: joins the other check. */
    private CompletionStage<AuthResult> joinFirst(
            PendingCheck first,
            ByteBuffer fingerprint,
            Credentials credentials,
            ClientAddress from,
            BooleanSupplier isWaiting) {
        if (first.join(isWaiting)) {
            return confirmed(first, credentials, from, isWaiting).thenApply(Logins::again);
        }
        if (first.isCancelled()) {
            inFlight.remove(fingerprint, first);
            return check(credentials, from, isWaiting);
        }
        return CompletableFuture.completedFuture(new Overloaded());
    }

    /** Converts the result for a caller that joined the check of another request. */
    private static AuthResult again(AuthResult outcome) {
        return switch (outcome) {
            case Accepted _ -> new Accepted(true);
            case Rejected _ -> new Rejected(true);
            case Throttled throttled -> throttled;
            case Overloaded overloaded -> overloaded;
            case Cancelled cancelled -> cancelled;
        };
    }

    /** Runs on a thread of the pool. */
    private void run(PendingCheck check, ByteBuffer fingerprint, Credentials credentials) {
        try {
            end(check, fingerprint, hash(check, fingerprint, credentials));
        } catch (RuntimeException | Error bug) {
            check.attempt().failed(); // no effect if it was counted before
            fail(check, fingerprint, bug);
        }
    }

    private Answer hash(PendingCheck check, ByteBuffer fingerprint, Credentials credentials) {
        FailureThrottle.Attempt attempt = check.attempt();
        if (!check.isAwaited()) {
            attempt.cancelled();
            return new Answer(new Cancelled(), Optional.empty());
        }
        if (!budget.allows(attempt.reputation())) {
            attempt.cancelled();
            return new Answer(new Overloaded(), Optional.empty());
        }
        // The users in force now, not when it was queued: a password may have been revoked since.
        Optional<Htpasswd> now = users.get();
        Optional<HtpasswdEntry> entry = now.flatMap(users -> users.entry(credentials.user()));
        long begun = ticker.nanos();
        long workedBefore = processor.nanos();
        boolean matches = now.isPresent() && now.get().authenticate(credentials);
        long took = ticker.nanos() - begun;
        long worked = processor.nanos() - workedBefore;
        hashed.accept(took);
        unjudged.remove(fingerprint);
        if (matches) {
            attempt.succeeded();
            accepted.put(fingerprint, entry);
            return new Answer(new Accepted(false), entry);
        }
        attempt.failed();
        budget.charge(worked);
        rejected.add(fingerprint, entry);
        return new Answer(new Rejected(false), entry);
    }

    private void end(PendingCheck check, ByteBuffer fingerprint, Answer answer) {
        inFlight.remove(fingerprint, check);
        check.answer().complete(answer);
    }

    private void fail(PendingCheck check, ByteBuffer fingerprint, Throwable bug) {
        inFlight.remove(fingerprint, check);
        check.answer().completeExceptionally(bug);
    }
}
