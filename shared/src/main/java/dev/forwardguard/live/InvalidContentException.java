package dev.forwardguard.live;

/**
 * Content that cannot become a live value. The message is one line for the operator with place and
 * cause. It never contains the content, which may be a secret.
 */
public class InvalidContentException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidContentException(String message) {
        super(message);
    }
}
