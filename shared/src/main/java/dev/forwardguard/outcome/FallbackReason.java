package dev.forwardguard.outcome;

import java.util.Locale;

/** Why there is no verdict. Also a metric label and the value of {@code X-Guard-Fallback}. */
public enum FallbackReason {
    /** Nobody listens at the upstream's address, or no route leads there. */
    CONNECT_REFUSED,
    /** No TCP connection within the connect timeout. */
    CONNECT_TIMEOUT,
    /**
     * The upstream's name does not resolve, or did not within the deadline, and never has before.
     */
    DNS,
    /** The upstream was silent for the read timeout. */
    READ_TIMEOUT,
    /** The question as a whole took too long, however busy the upstream seemed. */
    DEADLINE,
    /** The connection was reset, or closed before the first byte of an answer. */
    RESET,
    /** What came back is not a complete, unambiguous HTTP/1 response. */
    PROTOCOL_ERROR,
    /** More than 64 KiB of response headers or 1 MiB of body. */
    RESPONSE_TOO_LARGE,
    /** A complete answer whose status is no verdict. */
    BAD_STATUS,
    /** Too many questions are under way. */
    OVERLOAD,
    /** The circuit breaker knows that the upstream is down. */
    CIRCUIT_OPEN,
    /** The operator chose the fallback: mode {@code fallback}. */
    FORCED,
    /**
     * The request to the guard itself could not be read: malformed, or more than 256 KiB of
     * headers.
     */
    BAD_REQUEST,
    /** A bug in the guard; the log has the stack trace. */
    INTERNAL_ERROR;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The reason as metrics and headers spell it, for instance {@code connect_refused}. */
    public String label() {
        return label;
    }

    /** Whether time ran out, so that a gateway would answer 504 and not 502. */
    public boolean isTimeout() {
        return this == CONNECT_TIMEOUT || this == READ_TIMEOUT || this == DEADLINE;
    }
}
