package dev.forwardguard.authentik.login;

/** What is known about the address of a check. Earlier constants go first in the queue. */
enum Reputation {
    /** A login from this address succeeded before. */
    TRUSTED,
    /** Nothing is known about this address, and nothing bad about its network. */
    UNKNOWN,
    /**
     * A password from this address or from its network was wrong in the last minutes, or is being
     * checked, or its network is new and the table of networks is full.
     */
    SUSPICIOUS
}
