package dev.forwardguard.authentik.health;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * What is known of the login from the answers so far, under one address and its timeouts.
 *
 * @param since when the state last changed
 * @param lastStatus the status of the last answer; empty if there was none
 * @param failures how many of the last requests failed, in a row
 * @param successes how many of the last requests did not, in a row
 * @param trusted whether there was a 2xx once; before, the address may simply be wrong
 */
record LoginStatus(
        LoginState state,
        Instant since,
        OptionalInt lastStatus,
        int failures,
        int successes,
        boolean trusted) {
    /** How many answers in a row it takes to fail, and to recover from that. */
    static final int IN_A_ROW = 3;

    static LoginStatus off(Instant now) {
        return new LoginStatus(LoginState.OFF, now, OptionalInt.empty(), 0, 0, false);
    }

    static LoginStatus unknown(Instant now) {
        return new LoginStatus(LoginState.UNKNOWN, now, OptionalInt.empty(), 0, 0, false);
    }

    /** The status after one more request. */
    LoginStatus after(OptionalInt answer, Instant now) {
        int hundreds = answer.orElse(500) / 100;
        boolean failed = hundreds == 5;
        int failedInARow = failed ? oneMore(failures) : 0;
        int succeededInARow = failed ? 0 : oneMore(successes);
        boolean known = trusted || hundreds == 2;
        LoginState next;
        if (failed) {
            next = known && failedInARow >= IN_A_ROW ? LoginState.FAILING : state;
        } else if (state == LoginState.FAILING && succeededInARow < IN_A_ROW) {
            next = state; // a login that comes and goes is no login
        } else {
            next = hundreds == 2 ? LoginState.HEALTHY : LoginState.WRONG_ADDRESS;
        }
        Instant changed = next == state ? since : now;
        return new LoginStatus(next, changed, answer, failedInARow, succeededInARow, known);
    }

    private static int oneMore(int count) {
        return Math.min(count + 1, IN_A_ROW);
    }

    /** The status while the login is not asked; it need not answer 2xx again afterwards. */
    LoginStatus paused(Instant now) {
        Instant changed = state == LoginState.UNKNOWN ? since : now;
        return new LoginStatus(LoginState.UNKNOWN, changed, OptionalInt.empty(), 0, 0, trusted);
    }
}
