package dev.forwardguard.outcome;

import java.util.Locale;

/** Why there is no verdict. Also a metric label and the value of {@code X-Guard-Fallback}. */
public enum FallbackReason {
    /** The upstream's address refused the connection, or there is no route to it. */
    CONNECT_REFUSED,
    /** No TCP connection within the connect timeout. */
    CONNECT_TIMEOUT,
    /** The upstream's name does not resolve, or not within the deadline, and never has before. */
    DNS,
    /** The upstream was silent for the read timeout. */
    READ_TIMEOUT,
    /** The upstream request as a whole took too long, even if the upstream was sending. */
    DEADLINE,
    /** The connection was reset, or closed before the first byte of a response. */
    RESET,
    /** The upstream did not send a complete, unambiguous HTTP/1 response. */
    PROTOCOL_ERROR,
    /** More than 256 KiB or 1,000 fields of response headers, or 1 MiB of body. */
    RESPONSE_TOO_LARGE,
    /** A complete response whose status is not a verdict. */
    BAD_STATUS,
    /** Too many requests are in flight, or they need more memory than the guard allows. */
    OVERLOAD,
    /** The circuit breaker did not permit the upstream request. */
    CIRCUIT_OPEN,
    /**
     * The verdict is a redirect to the login, and the login is down. Only a guard that checks the
     * health of the login has this reason.
     */
    LOGIN_DOWN,
    /** The operator chose to fall back always: mode {@code fallback}. */
    FORCED,
    /**
     * The request to the guard itself was rejected: malformed, more than 256 KiB or 200 lines of
     * headers, more than 10 s to send them, or a header that may be taken for one of the guard's.
     */
    BAD_REQUEST,
    /** A bug in the guard; the log has the stack trace. */
    INTERNAL_ERROR;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The reason as in metrics and headers, for instance {@code connect_refused}. */
    public String label() {
        return label;
    }

    /**
     * Whether it says anything about the upstream. A response that is too large is that visitor's
     * own, who may have provoked it, and without memory the guard is the one that fails.
     */
    public boolean isUpstreamFault() {
        return this != RESPONSE_TOO_LARGE && this != OVERLOAD;
    }

    /** Whether the time ran out, for which a gateway answers 504 instead of 502. */
    public boolean isTimeout() {
        return this == CONNECT_TIMEOUT || this == READ_TIMEOUT || this == DEADLINE;
    }
}
