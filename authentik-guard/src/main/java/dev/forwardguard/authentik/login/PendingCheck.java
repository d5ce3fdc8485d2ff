package dev.forwardguard.authentik.login;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.htpasswd.HtpasswdEntry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** One guess that is being held against its hash, and all who wait for the answer. */
final class PendingCheck {
    /** More than the parts of any page. */
    private static final int MAX_WAITING = 1000;

    private final FailureThrottle.Attempt attempt;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final List<BooleanSupplier> waiting = new ArrayList<>();
    private boolean cancelled;

    PendingCheck(FailureThrottle.Attempt attempt) {
        this.attempt = attempt;
    }

    /**
     * What came of it.
     *
     * @param entry the one in force when the password was held against it, if there was one
     */
    record Answer(AuthResult outcome, Optional<HtpasswdEntry> entry) {
        /** Whether it is still true: nobody's password may be right that was so a moment ago. */
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

    /** Takes in one more who waits; false if there are too many, or all had left before. */
    synchronized boolean join(BooleanSupplier listening) {
        return !cancelled && waiting.size() < MAX_WAITING && waiting.add(listening);
    }

    /** Whether one of them at least is still there. If not, nobody is taken in any more. */
    synchronized boolean isAwaited() {
        cancelled = waiting.stream().noneMatch(BooleanSupplier::getAsBoolean);
        return !cancelled;
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }
}
