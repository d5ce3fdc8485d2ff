package dev.forwardguard.authentik.login;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.htpasswd.HtpasswdEntry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** One password check in flight, and the callers that wait for its result. */
final class PendingCheck {
    /** More than the parts of any page. */
    private static final int MAX_CALLERS = 1000;

    private final FailureThrottle.Attempt attempt;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final List<BooleanSupplier> callers = new ArrayList<>();
    private boolean cancelled;

    PendingCheck(FailureThrottle.Attempt attempt) {
        this.attempt = attempt;
    }

    /**
     * The result of the check.
     *
     * @param entry the entry that was in force when the password was checked, if there was one
     */
    record Answer(AuthResult outcome, Optional<HtpasswdEntry> entry) {
        /** Whether the result still applies: the entry must not have changed since the check. */
        boolean holds(Optional<HtpasswdEntry> now) {
            return !(outcome instanceof Accepted || outcome instanceof Rejected)
                    || entry.equals(now);
        }
    }

    FailureThrottle.Attempt attempt() {
        return attempt;
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    /** Adds a caller. False if there are too many, or if all earlier callers had hung up. */
    synchronized boolean join(BooleanSupplier isWaiting) {
        return !cancelled && callers.size() < MAX_CALLERS && callers.add(isWaiting);
    }

    /**
     * Whether at least one caller still waits. If none does, the check is cancelled and accepts no
     * more callers.
     */
    synchronized boolean isAwaited() {
        cancelled = callers.stream().noneMatch(BooleanSupplier::getAsBoolean);
        return !cancelled;
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }
}
