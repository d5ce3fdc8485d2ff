package dev.forwardguard.authentik.login;

/** What is known about an address that wants a password checked; the first goes first. */
enum Standing {
    /** Somebody logged in from there. */
    KNOWN,
    /** Nothing is known. */
    STRANGER,
    /** A password from there was wrong in the last minutes. */
    SUSPECT
}
