package dev.forwardguard.guard;

/** One of the two guards. */
@FunctionalInterface
public interface Guard {
    /**
     * What it does under the settings in force. A request is handled by one policy from its first
     * line to its last, so that a change of the settings never meets it halfway. Cheap.
     */
    GuardPolicy policy();
}
