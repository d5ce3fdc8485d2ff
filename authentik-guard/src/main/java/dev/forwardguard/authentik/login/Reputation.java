package dev.forwardguard.authentik.login;

/** What is known about the address of a check. Earlier constants go first in the queue. */
enum Reputation {
    /** A login from this address succeeded before. */
    TRUSTED,
    /** Nothing is known about this address. */
    UNKNOWN,
    /**
     * A password from this address was wrong in the last minutes, or the address is new and the
     * table of addresses is full.
     */
    SUSPICIOUS
}
