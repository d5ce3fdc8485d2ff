package dev.forwardguard.authentik.login;

import java.time.Duration;

/** The result of checking credentials. */
public sealed interface AuthResult {

    /**
     * The password is right.
     *
     * @param remembered whether an earlier check, or one in flight for another request, gave the
     *     result, so that nothing was hashed for this request
     */
    record Accepted(boolean remembered) implements AuthResult {}

    /**
     * The password is wrong, or the user does not exist.
     *
     * @param repeated whether the same credentials from this address were rejected before, or
     *     together with this request; browsers send them again for each part of a page
     */
    record Rejected(boolean repeated) implements AuthResult {}

    /**
     * Not checked: too many wrong passwords came from this address, or the browser repeats by
     * itself one that was not checked for that reason.
     *
     * @param retryAfter the time until the address may try again
     */
    record Throttled(Duration retryAfter) implements AuthResult {}

    /** Not checked: there is no capacity for another check. */
    record Overloaded() implements AuthResult {}

    /** Not checked: every caller had hung up before the check began. */
    record Cancelled() implements AuthResult {}
}
