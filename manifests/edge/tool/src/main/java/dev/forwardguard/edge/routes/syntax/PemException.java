package dev.forwardguard.edge.routes.syntax;

/** A text is not the PEM that it should be. The message repeats nothing of it. */
public final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    PemException(String message) {
        super(message);
        this.reason = message;
    }

    /** What is wrong, for users. */
    public String reason() {
        return reason;
    }
}
