package dev.forwardguard.edge.heal;

/** Why nothing (more) was replaced. The message is one plain line that says what to do. */
public class HealException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of trouble it is, for the exit status. */
    public enum Reason {
        /** An option, the workload or the canary in etcd is not as it must be. */
        INVALID,
        /** Somebody else changes the same things now. */
        CONFLICT,
        /** etcd or the API server does not answer, or refuses. */
        UNREACHABLE,
        /** A gateway is behind, and a fresh one would not be better. */
        STALE
    }

    private final Reason reason;
    private final String line;

    public HealException(Reason reason, String line) {
        super(line);
        this.reason = reason;
        this.line = line;
    }

    /** The message. */
    public String line() {
        return line;
    }

    public Reason reason() {
        return reason;
    }
}
