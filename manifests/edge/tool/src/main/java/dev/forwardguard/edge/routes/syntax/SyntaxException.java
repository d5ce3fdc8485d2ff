package dev.forwardguard.edge.routes.syntax;

/** A text is not in its language. The message says why, for users. */
final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException(String message) {
        super(message);
    }
}
