package dev.forwardguard.htpasswd;

/**
 * Thrown for a file that is rejected as a whole. The message has place and cause, never text of the
 * file.
 */
public final class InvalidHtpasswdException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidHtpasswdException(String message) {
        super(message);
    }
}
