package dev.forwardguard.forwardauth;

/** A request whose target had to be changed for the server's sake. */
@FunctionalInterface
public interface OriginalTarget {
    /** The request target as it was sent. */
    String originalTarget();
}
