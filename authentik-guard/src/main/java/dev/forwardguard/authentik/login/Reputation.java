package dev.forwardguard.authentik.login;

/** What is known about an address that wants a password checked; the first goes first. */
enum Reputation {
    /** Somebody logged in from there. */
    TRUSTED,
    /** Nothing is known. */
    UNKNOWN,
    /** A password from there was wrong in the last minutes. */
    SUSPICIOUS
}
