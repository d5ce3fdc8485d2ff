package dev.forwardguard.htpasswd;

/** Carries the cause of a {@link RejectedLine} out of the line parser. */
final class UnusableLineException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Omits the stack trace: a file can have ten thousand bad lines. */
    UnusableLineException(String cause) {
        super(cause, null, false, false);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
