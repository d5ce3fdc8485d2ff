package dev.forwardguard.kubernetes;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

import javax.net.ssl.SSLException;

/**
 * A list or a watch that did not end well. Has no message: those of the causes may quote secrets.
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
     * @param broken what it means when the connection simply broke
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

    /** Java also wraps a reset of the connection into an exception of TLS. */
    private static boolean brokenBelow(SSLException ssl) {
        return ssl.getCause() instanceof IOException cause && !(cause instanceof SSLException);
    }

    ListWatchResult result() {
        return result;
    }

    /** What the server asked for; zero if it did not. */
    Duration retryAfter() {
        return retryAfter;
    }
}
