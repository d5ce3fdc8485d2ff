package dev.forwardguard.server;

/** There is no memory for a request. It has no stack trace, because it is no bug. */
final class NoMemoryException extends Exception {
    private static final long serialVersionUID = 1;

    NoMemoryException() {
        super("no memory for the request", null, false, false);
    }
}
