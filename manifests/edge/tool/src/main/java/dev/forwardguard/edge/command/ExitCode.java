package dev.forwardguard.edge.command;

/** What the program's exit status means. */
public enum ExitCode {
    /** Nothing to do, or done. */
    OK(0),
    /**
     * A file, an option or a setting of etcd is wrong. Nothing was written, or a warning says what.
     */
    INVALID(1),
    /**
     * Somebody else has written in the meantime. The message says whether this program has, too.
     */
    CONFLICT(2),
    /** etcd does not answer, or refuses. Nothing was written, or a warning says what. */
    UNREACHABLE(3),
    /** Written, but a gateway does not show it. */
    STALE(4);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    /** The exit status. */
    public int status() {
        return status;
    }
}
