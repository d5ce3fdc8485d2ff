package dev.forwardguard.edge.heal;

/** The API server refuses a request, or does not answer. */
final class ApiException extends HealException {
    private static final long serialVersionUID = 1;

    private static final int MISSING = 404;
    private static final int CONFLICT = 409;

    private final int status;

    /** Of an answer with this status, 0 if none came. */
    ApiException(int status, String line) {
        super(Reason.UNREACHABLE, line);
        this.status = status;
    }

    /** The object does not exist. */
    boolean isMissing() {
        return status == MISSING;
    }

    /** It exists already, or was changed in the meantime. */
    boolean isConflict() {
        return status == CONFLICT;
    }
}
