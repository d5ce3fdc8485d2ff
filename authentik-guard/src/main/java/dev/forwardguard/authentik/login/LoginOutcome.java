package dev.forwardguard.authentik.login;

import java.time.Duration;

/** What came of credentials. */
public sealed interface LoginOutcome {

    /**
     * The right password.
     *
     * @param remembered whether it was held against the entry before, and not hashed again
     */
    record Right(boolean remembered) implements LoginOutcome {}

    /**
     * The wrong password, or a user that does not exist.
     *
     * @param repeated whether this address was refused with the very same before, as browsers do
     *     for each part of a page
     */
    record Wrong(boolean repeated) implements LoginOutcome {}

    /**
     * Not looked at: too many wrong ones came from this address.
     *
     * @param retryAfter when the address may try again
     */
    record Throttled(Duration retryAfter) implements LoginOutcome {}

    /** Not looked at: there is no room for another check. */
    record Overloaded() implements LoginOutcome {}

    /** Nobody waited for the answer any more when the check would have begun. */
    record Unheard() implements LoginOutcome {}
}
