package dev.forwardguard.htpasswd;

/** Carries the cause of a {@link RejectedLine} out of the parser of a line. */
final class UnusableLineException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Without a stack trace: ten thousand bad lines are not an emergency. */
    UnusableLineException(String cause) {
        super(cause, null, false, false);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
