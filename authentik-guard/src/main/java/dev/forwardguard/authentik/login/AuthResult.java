package dev.forwardguard.authentik.login;

import java.time.Duration;

/** What came of credentials. */
public sealed interface AuthResult {

    /**
     * The right password.
     *
     * @param remembered whether it was held against the entry before, and not hashed again
     */
    record Accepted(boolean remembered) implements AuthResult {}

    /**
     * The wrong password, or a user that does not exist.
     *
     * @param repeated whether this address was refused with the very same before, as browsers do
     *     for each part of a page
     */
    record Rejected(boolean repeated) implements AuthResult {}

    /**
     * Not looked at: too many wrong ones came from this address.
     *
     * @param retryAfter when the address may try again
     */
    record Throttled(Duration retryAfter) implements AuthResult {}

    /** Not looked at: there is no room for another check. */
    record Overloaded() implements AuthResult {}

    /** Nobody waited for the answer any more when the check would have begun. */
    record Cancelled() implements AuthResult {}
}
