package dev.forwardguard.authentik.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Cancelled;
import dev.forwardguard.authentik.login.AuthResult.Overloaded;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.authentik.login.AuthResult.Throttled;
import dev.forwardguard.authentik.login.PendingCheck.Answer;
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
 * Says whether a password is right, and hashes it only if there is no other way to know. Identical
 * credentials from one address are one attempt, however many parts a page has: those that come
 * while it is under way wait for its answer, and those that come later get the remembered one.
 *
 * <p>Every answer names the entry it is about. When that is not in force any more by the time of
 * the answer, the question is asked again, so that an old password never gets in after the new one
 * has come into force.
 */
public final class Logins {
    /**
     * How long a page may be open without another hash (a browser sends the password each time).
     */
    private static final Duration REMEMBERED = Duration.ofMinutes(5);

    /** How long the same wrong password from the same address is no further guess. */
    private static final Duration REFUSED = Duration.ofMinutes(1);

    /**
     * Of each table: addresses, right and wrong passwords. An entry is about 200 bytes. Two threads
     * cannot fill it with wrong passwords at bcrypt's usual costs before they are forgotten.
     */
    private static final int CAPACITY = 10_000;

    private final Supplier<Optional<Htpasswd>> users;
    private final Ticker ticker;
    private final FailureThrottle throttle;
    private final BruteForceBudget budget;
    private final HashingPool pool;
    private final LongConsumer hashed;
    private final CredentialFingerprint keys = new CredentialFingerprint();
    private final Cache<ByteBuffer, Optional<HtpasswdEntry>> right;
    private final Cache<ByteBuffer, Optional<HtpasswdEntry>> wrong;
    private final ConcurrentHashMap<ByteBuffer, PendingCheck> underWay = new ConcurrentHashMap<>();

    /**
     * @param users those in force
     * @param maxFailures how often an address may be wrong in a minute; 0 for any number
     * @param hashed hears of each check how many nanoseconds it took
     */
    public Logins(
            Supplier<Optional<Htpasswd>> users,
            Ticker ticker,
            HashingPool pool,
            IntSupplier maxFailures,
            LongConsumer hashed) {
        this.users = users;
        this.ticker = ticker;
        this.throttle = new FailureThrottle(ticker, CAPACITY, maxFailures);
        this.budget = new BruteForceBudget(ticker);
        this.pool = pool;
        this.hashed = hashed;
        right = remembering(REMEMBERED);
        wrong = remembering(REFUSED);
    }

    private Cache<ByteBuffer, Optional<HtpasswdEntry>> remembering(Duration time) {
        return Caffeine.newBuilder()
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .expireAfterWrite(time)
                .maximumSize(CAPACITY)
                .build();
    }

    /**
     * Decides at once where no hash is needed.
     *
     * @param listening whether anybody still waits for the answer
     */
    public CompletionStage<AuthResult> check(
            Credentials credentials, ClientAddress from, BooleanSupplier listening) {
        ByteBuffer guess = keys.of(from, credentials);
        PendingCheck same = underWay.get(guess);
        if (same != null && same.join(listening)) {
            return confirmed(same, credentials, from, listening).thenApply(Logins::again);
        }
        // Before anything that is remembered: it must not tell a throttled guesser what is right.
        Optional<AuthResult> refusal = throttle.refusal(from);
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(refusal.get());
        }
        Optional<HtpasswdEntry> entry = entry(credentials);
        if (entry.isPresent() && entry.equals(right.getIfPresent(guess))) {
            return CompletableFuture.completedFuture(new Accepted(true));
        }
        if (entry.equals(wrong.getIfPresent(guess))) {
            return CompletableFuture.completedFuture(new Rejected(true));
        }
        return begin(guess, credentials, from, listening);
    }

    private Optional<HtpasswdEntry> entry(Credentials credentials) {
        return users.get().flatMap(now -> now.entry(credentials.user()));
    }

    /** The check's answer, unless the entry has changed: then everything is asked again. */
    private CompletionStage<AuthResult> confirmed(
            PendingCheck check,
            Credentials credentials,
            ClientAddress from,
            BooleanSupplier listening) {
        return check.answer()
                .thenCompose(
                        answer ->
                                answer.holds(entry(credentials))
                                        ? CompletableFuture.completedFuture(answer.outcome())
                                        : check(credentials, from, listening));
    }

    private CompletionStage<AuthResult> begin(
            ByteBuffer guess,
            Credentials credentials,
            ClientAddress from,
            BooleanSupplier listening) {
        Optional<FailureThrottle.Attempt> attempt = throttle.begin(from);
        if (attempt.isEmpty()) {
            return CompletableFuture.completedFuture(
                    throttle.refusal(from).orElse(new Overloaded()));
        }
        if (pool.isContended()) {
            budget.contended();
        }
        if (!budget.allows(attempt.get().reputation())) {
            attempt.get().cancelled();
            return CompletableFuture.completedFuture(new Overloaded());
        }
        PendingCheck mine = new PendingCheck(attempt.get());
        mine.join(listening);
        PendingCheck first = underWay.putIfAbsent(guess, mine);
        if (first != null) {
            attempt.get().cancelled();
            return joinFirst(first, guess, credentials, from, listening);
        }
        try {
            pool.execute(attempt.get().reputation(), () -> run(mine, guess, credentials));
        } catch (RejectedExecutionException full) {
            attempt.get().cancelled();
            end(mine, guess, new Answer(new Overloaded(), Optional.empty()));
        }
        return confirmed(mine, credentials, from, listening);
    }

    /** Somebody was faster by a hair: his check is ours. */
    private CompletionStage<AuthResult> joinFirst(
            PendingCheck first,
            ByteBuffer guess,
            Credentials credentials,
            ClientAddress from,
            BooleanSupplier listening) {
        if (first.join(listening)) {
            return confirmed(first, credentials, from, listening).thenApply(Logins::again);
        }
        if (first.isCancelled()) {
            underWay.remove(guess, first);
            return check(credentials, from, listening);
        }
        return CompletableFuture.completedFuture(new Overloaded());
    }

    /** For those who waited for a check that somebody else had asked for. */
    private static AuthResult again(AuthResult outcome) {
        return switch (outcome) {
            case Accepted _ -> new Accepted(true);
            case Rejected _ -> new Rejected(true);
            case Throttled throttled -> throttled;
            case Overloaded overloaded -> overloaded;
            case Cancelled cancelled -> cancelled;
        };
    }

    /** On a thread of the pool. */
    private void run(PendingCheck check, ByteBuffer guess, Credentials credentials) {
        try {
            end(check, guess, hash(check, guess, credentials));
        } catch (RuntimeException | Error bug) {
            check.attempt().failed();
            underWay.remove(guess, check);
            check.answer().completeExceptionally(bug);
        }
    }

    private Answer hash(PendingCheck check, ByteBuffer guess, Credentials credentials) {
        FailureThrottle.Attempt attempt = check.attempt();
        if (!check.isAwaited()) {
            attempt.cancelled();
            return new Answer(new Cancelled(), Optional.empty());
        }
        if (!budget.allows(attempt.reputation())) {
            attempt.cancelled();
            return new Answer(new Overloaded(), Optional.empty());
        }
        // Those in force now, not when it was queued: a password may have been revoked meanwhile.
        Optional<Htpasswd> now = users.get();
        Optional<HtpasswdEntry> entry = now.flatMap(users -> users.entry(credentials.user()));
        long begun = ticker.nanos();
        boolean matches = now.isPresent() && now.get().authenticate(credentials);
        long took = ticker.nanos() - begun;
        hashed.accept(took);
        if (matches) {
            attempt.succeeded();
            right.put(guess, entry);
            return new Answer(new Accepted(false), entry);
        }
        attempt.failed();
        budget.charge(took);
        wrong.put(guess, entry);
        return new Answer(new Rejected(false), entry);
    }

    private void end(PendingCheck check, ByteBuffer guess, Answer answer) {
        underWay.remove(guess, check);
        check.answer().complete(answer);
    }
}
