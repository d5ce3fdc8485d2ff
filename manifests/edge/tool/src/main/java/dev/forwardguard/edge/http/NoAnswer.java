package dev.forwardguard.edge.http;

import java.io.IOException;

/** No answer in time, or one that cannot be read. The request may have arrived. */
public final class NoAnswer extends IOException {
    private static final long serialVersionUID = 1;

    NoAnswer(String message) {
        super(message);
    }

    /** The innermost message of a failure, which is the one that says something. */
    static NoAnswer because(Throwable failure) {
        Throwable cause = failure;
        for (Throwable next = failure; next != null; next = next.getCause()) {
            cause = next;
        }
        String text = cause.getMessage();
        return new NoAnswer(text == null ? cause.getClass().getSimpleName() : text);
    }
}
