package dev.forwardguard.guard;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamResponse;

import java.util.Locale;
import java.util.Map;

/** What the guard decides about an auth request, and so how it answers Traefik. */
public sealed interface Decision {

    /** The upstream decided: its verdict goes back unchanged, without hop-by-hop headers. */
    record Relay(UpstreamResponse verdict) implements Decision {}

    /** A decision made without a verdict. */
    sealed interface Fallback extends Decision {
        FallbackReason reason();

        Outcome outcome();
    }

    /**
     * Lets the visitor pass without a verdict.
     *
     * @param identity the identity headers for the backend; an empty value replaces what the
     *     visitor sent in that header
     */
    record Allow(FallbackReason reason, Map<String, String> identity) implements Fallback {
        public Allow {
            identity = Map.copyOf(identity);
        }

        @Override
        public Outcome outcome() {
            return Outcome.ALLOW;
        }
    }

    /**
     * Asks the visitor for credentials: 401.
     *
     * @param challenge the value of {@code WWW-Authenticate}
     * @param page what visitors read when they cancel the browser's login dialog
     */
    record Challenge(FallbackReason reason, String challenge, Page page) implements Fallback {
        @Override
        public Outcome outcome() {
            return Outcome.CHALLENGE;
        }
    }

    /**
     * Turns the visitor away.
     *
     * @param status 4xx or 5xx
     * @param retryAfterSeconds the value of {@code Retry-After}; 0 if a retry does not help
     * @param page what the visitor reads
     */
    record Refuse(FallbackReason reason, int status, int retryAfterSeconds, Page page)
            implements Fallback {
        public Refuse {
            if (status < 400 || status > 599) {
                throw new IllegalArgumentException("a refusal cannot have the status " + status);
            }
        }

        @Override
        public Outcome outcome() {
            return Outcome.REFUSE;
        }
    }

    /**
     * Reports the failure as 502 or 504 instead of falling back: mode {@code upstream}.
     *
     * @param page what the visitor reads
     */
    record Fail(FallbackReason reason, Page page) implements Decision {}

    /** The caller has hung up, so no response can reach it. */
    record Cancelled() implements Decision {}

    /** The kind of a fallback decision; a metric label. */
    enum Outcome {
        ALLOW,
        CHALLENGE,
        REFUSE;

        private final String label = name().toLowerCase(Locale.ROOT);

        public String label() {
            return label;
        }
    }
}
