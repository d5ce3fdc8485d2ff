package dev.forwardguard.edge.etcd;

/** etcd does not answer, or refuses. The message is etcd's own, with no value in it. */
public final class EtcdException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What the caller can do something about. */
    public enum Failure {
        /** No member has answered in time. A write may have happened nevertheless. */
        UNREACHABLE,
        /** User and password do not fit. */
        WRONG_PASSWORD,
        /** Authentication is on, and there was no user and password. */
        NO_CREDENTIALS,
        /** The token is unknown or too old: another login helps. */
        TOKEN_REFUSED,
        /** The user's roles do not include these keys, or the request is root's alone. */
        PERMISSION_DENIED,
        /** The database has reached its quota. */
        FULL,
        /** More operations or comparisons than {@code --max-txn-ops} of the server. */
        TOO_MANY_OPERATIONS,
        /** More bytes than {@code --max-request-bytes} of the server. */
        TOO_LARGE,
        /** The client certificate has a common name, so the JSON gateway refuses every request. */
        NAMED_CERTIFICATE,
        /** Authentication is off, so there is no login. */
        AUTHENTICATION_OFF,
        /** The revision to read at was compacted meanwhile. */
        COMPACTED,
        /** A user or role of this name exists. */
        EXISTS,
        /** No user or role of this name exists. */
        MISSING,
        /** There is a key that is not UTF-8. */
        UNREADABLE,
        /** Anything else, also an answer that is none of etcd's. */
        REFUSED
    }

    private final Failure failure;
    private final boolean mayBeDone;

    public EtcdException(Failure failure, String message) {
        this(failure, message, false);
    }

    private EtcdException(Failure failure, String message, boolean mayBeDone) {
        super(message);
        this.failure = failure;
        this.mayBeDone = mayBeDone;
    }

    /** The same after a request whose answer was lost. */
    public EtcdException afterLostAnswer() {
        return new EtcdException(failure, String.valueOf(getMessage()), true);
    }

    /** Whether an answer was lost before, so that etcd may have done what it was asked for. */
    public boolean mayBeDone() {
        return mayBeDone;
    }

    public Failure failure() {
        return failure;
    }
}
