package dev.forwardguard.authentik.health;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * What is known of the login from the answers so far, under one address and its timeouts.
 *
 * @param since when the state last changed
 * @param lastStatus the status of the last answer; empty if there was none
 * @param failures how many of the last requests failed, in a row
 * @param trusted whether there was a 2xx once; before, the address may simply be wrong
 */
record LoginStatus(
        LoginState state, Instant since, OptionalInt lastStatus, int failures, boolean trusted) {
    static final int FAILURES = 3;

    static LoginStatus off(Instant now) {
        return new LoginStatus(LoginState.OFF, now, OptionalInt.empty(), 0, false);
    }

    static LoginStatus unknown(Instant now) {
        return new LoginStatus(LoginState.UNKNOWN, now, OptionalInt.empty(), 0, false);
    }

    /** The status after one more request. */
    LoginStatus after(OptionalInt answer, Instant now) {
        int hundreds = answer.orElse(500) / 100;
        if (hundreds == 2) {
            return in(LoginState.HEALTHY, answer, 0, true, now);
        }
        if (hundreds != 5) {
            return in(LoginState.WRONG_ADDRESS, answer, 0, trusted, now);
        }
        int more = failures < Integer.MAX_VALUE ? failures + 1 : failures;
        boolean down = trusted && more >= FAILURES;
        return in(down ? LoginState.FAILING : state, answer, more, trusted, now);
    }

    /** The status while the login is not asked; it need not answer 2xx again afterwards. */
    LoginStatus paused(Instant now) {
        return in(LoginState.UNKNOWN, OptionalInt.empty(), 0, trusted, now);
    }

    private LoginStatus in(
            LoginState next, OptionalInt answer, int failed, boolean known, Instant now) {
        return new LoginStatus(next, next == state ? since : now, answer, failed, known);
    }
}
