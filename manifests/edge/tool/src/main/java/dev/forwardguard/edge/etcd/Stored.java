package dev.forwardguard.edge.etcd;

/**
 * The value of a key.
 *
 * @param modRevision the revision that wrote it
 */
public record Stored(String value, long modRevision) {
    /** Without the value, which may be a secret. */
    @Override
    public String toString() {
        return "revision " + modRevision;
    }
}
