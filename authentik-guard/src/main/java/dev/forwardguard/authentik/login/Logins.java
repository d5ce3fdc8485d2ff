package dev.forwardguard.authentik.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.forwardguard.authentik.login.Check.Answer;
import dev.forwardguard.authentik.login.LoginOutcome.Overloaded;
import dev.forwardguard.authentik.login.LoginOutcome.Right;
import dev.forwardguard.authentik.login.LoginOutcome.Throttled;
import dev.forwardguard.authentik.login.LoginOutcome.Unheard;
import dev.forwardguard.authentik.login.LoginOutcome.Wrong;
import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.htpasswd.Entry;
import dev.forwardguard.htpasswd.Htpasswd;
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
    private final Throttle throttle;
    private final GuessingBudget budget;
    private final HashingPool pool;
    private final LongConsumer hashed;
    private final LoginKeys keys = new LoginKeys();
    private final Cache<ByteBuffer, Optional<Entry>> right;
    private final Cache<ByteBuffer, Optional<Entry>> wrong;
    private final ConcurrentHashMap<ByteBuffer, Check> underWay = new ConcurrentHashMap<>();

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
        this.throttle = new Throttle(ticker, CAPACITY, maxFailures);
        this.budget = new GuessingBudget(ticker);
        this.pool = pool;
        this.hashed = hashed;
        right = remembering(REMEMBERED);
        wrong = remembering(REFUSED);
    }

    private Cache<ByteBuffer, Optional<Entry>> remembering(Duration time) {
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
    public CompletionStage<LoginOutcome> check(
            Credentials credentials, ClientAddress from, BooleanSupplier listening) {
        ByteBuffer guess = keys.of(from, credentials);
        Check same = underWay.get(guess);
        if (same != null && same.takesIn(listening)) {
            return settled(same, credentials, from, listening).thenApply(Logins::again);
        }
        // Before anything that is remembered: it must not tell a throttled guesser what is right.
        Optional<LoginOutcome> refusal = throttle.refusal(from);
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(refusal.get());
        }
        Optional<Entry> entry = entry(credentials);
        if (entry.isPresent() && entry.equals(right.getIfPresent(guess))) {
            return CompletableFuture.completedFuture(new Right(true));
        }
        if (entry.equals(wrong.getIfPresent(guess))) {
            return CompletableFuture.completedFuture(new Wrong(true));
        }
        return begin(guess, credentials, from, listening);
    }

    private Optional<Entry> entry(Credentials credentials) {
        return users.get().flatMap(now -> now.entry(credentials.user()));
    }

    /** The check's answer, unless the entry has changed: then everything is asked again. */
    private CompletionStage<LoginOutcome> settled(
            Check check, Credentials credentials, ClientAddress from, BooleanSupplier listening) {
        return check.answer()
                .thenCompose(
                        answer ->
                                answer.holds(entry(credentials))
                                        ? CompletableFuture.completedFuture(answer.outcome())
                                        : check(credentials, from, listening));
    }

    private CompletionStage<LoginOutcome> begin(
            ByteBuffer guess,
            Credentials credentials,
            ClientAddress from,
            BooleanSupplier listening) {
        Optional<Throttle.Attempt> attempt = throttle.begin(from);
        if (attempt.isEmpty()) {
            return CompletableFuture.completedFuture(
                    throttle.refusal(from).orElse(new Overloaded()));
        }
        if (pool.isCrowded()) {
            budget.crowded();
        }
        if (!budget.allows(attempt.get().standing())) {
            attempt.get().cancelled();
            return CompletableFuture.completedFuture(new Overloaded());
        }
        Check mine = new Check(attempt.get());
        mine.takesIn(listening);
        Check first = underWay.putIfAbsent(guess, mine);
        if (first != null) {
            attempt.get().cancelled();
            return insteadOf(first, guess, credentials, from, listening);
        }
        try {
            pool.execute(attempt.get().standing(), () -> run(mine, guess, credentials));
        } catch (RejectedExecutionException full) {
            attempt.get().cancelled();
            end(mine, guess, new Answer(new Overloaded(), Optional.empty()));
        }
        return settled(mine, credentials, from, listening);
    }

    /** Somebody was faster by a hair: his check is ours. */
    private CompletionStage<LoginOutcome> insteadOf(
            Check first,
            ByteBuffer guess,
            Credentials credentials,
            ClientAddress from,
            BooleanSupplier listening) {
        if (first.takesIn(listening)) {
            return settled(first, credentials, from, listening).thenApply(Logins::again);
        }
        if (first.isDeserted()) {
            underWay.remove(guess, first);
            return check(credentials, from, listening);
        }
        return CompletableFuture.completedFuture(new Overloaded());
    }

    /** For those who waited for a check that somebody else had asked for. */
    private static LoginOutcome again(LoginOutcome outcome) {
        return switch (outcome) {
            case Right _ -> new Right(true);
            case Wrong _ -> new Wrong(true);
            case Throttled throttled -> throttled;
            case Overloaded overloaded -> overloaded;
            case Unheard unheard -> unheard;
        };
    }

    /** On a thread of the pool. */
    private void run(Check check, ByteBuffer guess, Credentials credentials) {
        try {
            end(check, guess, hash(check, guess, credentials));
        } catch (RuntimeException | Error bug) {
            check.attempt().failed();
            underWay.remove(guess, check);
            check.answer().completeExceptionally(bug);
        }
    }

    private Answer hash(Check check, ByteBuffer guess, Credentials credentials) {
        Throttle.Attempt attempt = check.attempt();
        if (!check.isAwaited()) {
            attempt.cancelled();
            return new Answer(new Unheard(), Optional.empty());
        }
        if (!budget.allows(attempt.standing())) {
            attempt.cancelled();
            return new Answer(new Overloaded(), Optional.empty());
        }
        // Those in force now, not when it was queued: a password may have been revoked meanwhile.
        Optional<Htpasswd> now = users.get();
        Optional<Entry> entry = now.flatMap(users -> users.entry(credentials.user()));
        long begun = ticker.nanos();
        boolean matches = now.isPresent() && now.get().authenticate(credentials);
        long took = ticker.nanos() - begun;
        hashed.accept(took);
        if (matches) {
            attempt.succeeded();
            right.put(guess, entry);
            return new Answer(new Right(false), entry);
        }
        attempt.failed();
        budget.spend(took);
        wrong.put(guess, entry);
        return new Answer(new Wrong(false), entry);
    }

    private void end(Check check, ByteBuffer guess, Answer answer) {
        underWay.remove(guess, check);
        check.answer().complete(answer);
    }
}
