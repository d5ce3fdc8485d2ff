package dev.forwardguard.kubernetes;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

import javax.net.ssl.SSLException;

/**
 * A list or watch that failed. Its message is only the result's label, and it has no cause: the
 * messages of causes may quote secrets.
 */
final class ListWatchException extends Exception {
    private static final long serialVersionUID = 1;

    private final ListWatchResult result;
    private final Duration retryAfter;

    ListWatchException(ListWatchResult result) {
        this(result, Duration.ZERO);
    }

    ListWatchException(ListWatchResult result, Duration retryAfter) {
        super(result.label(), null, false, false);
        this.result = result;
        this.retryAfter = retryAfter;
    }

    /**
     * Classifies an I/O failure.
     *
     * @param broken the result for a broken connection
     */
    static ListWatchException of(IOException failure, ListWatchResult broken) {
        return new ListWatchException(
                switch (failure) {
                    case ServiceAccount.NoTokenException ignored -> ListWatchResult.NO_TOKEN;
                    case InterruptedIOException ignored -> ListWatchResult.TIMEOUT;
                    case SSLException ssl when !brokenBelow(ssl) -> ListWatchResult.TLS;
                    default -> broken;
                });
    }

    /** Whether the connection broke: Java also wraps a connection reset into a TLS exception. */
    private static boolean brokenBelow(SSLException ssl) {
        return ssl.getCause() instanceof IOException cause && !(cause instanceof SSLException);
    }

    ListWatchResult result() {
        return result;
    }

    /** The pause that the server asked for; zero if it asked for none. */
    Duration retryAfter() {
        return retryAfter;
    }
}
