package dev.forwardguard.authentik.login;

import dev.forwardguard.authentik.login.LoginOutcome.Right;
import dev.forwardguard.authentik.login.LoginOutcome.Wrong;
import dev.forwardguard.htpasswd.Entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** One guess that is being held against its hash, and all who wait for the answer. */
final class Check {
    /** More than the parts of any page. */
    private static final int MAX_WAITING = 1000;

    private final Throttle.Attempt attempt;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final List<BooleanSupplier> waiting = new ArrayList<>();
    private boolean deserted;

    Check(Throttle.Attempt attempt) {
        this.attempt = attempt;
    }

    /**
     * What came of it.
     *
     * @param entry the one in force when the password was held against it, if there was one
     */
    record Answer(LoginOutcome outcome, Optional<Entry> entry) {
        /** Whether it is still true: nobody's password may be right that was so a moment ago. */
        boolean holds(Optional<Entry> now) {
            return !(outcome instanceof Right || outcome instanceof Wrong) || entry.equals(now);
        }
    }

    Throttle.Attempt attempt() {
        return attempt;
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    /** Takes in one more who waits; false if there are too many, or all had left before. */
    synchronized boolean takesIn(BooleanSupplier listening) {
        return !deserted && waiting.size() < MAX_WAITING && waiting.add(listening);
    }

    /** Whether one of them at least is still there. If not, nobody is taken in any more. */
    synchronized boolean isAwaited() {
        deserted = waiting.stream().noneMatch(BooleanSupplier::getAsBoolean);
        return !deserted;
    }

    synchronized boolean isDeserted() {
        return deserted;
    }
}
