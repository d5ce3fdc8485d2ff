package dev.forwardguard.guard;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamResponse;

import java.util.Locale;
import java.util.Map;

/** What the guard tells Traefik. */
public sealed interface Decision {

    /** The upstream has decided: its verdict goes back unchanged, minus hop-by-hop headers. */
    record Relay(UpstreamResponse verdict) implements Decision {}

    /** A decision that was made without the upstream. */
    sealed interface Fallback extends Decision {
        FallbackReason reason();

        Outcome outcome();
    }

    /**
     * Let the visitor pass without a verdict.
     *
     * @param identity the headers that tell the backend who the visitor is; empty values keep out
     *     what he sent himself
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
     * Ask the visitor for credentials: 401.
     *
     * @param challenge the value of {@code WWW-Authenticate}
     * @param page what the visitor reads when he cancels
     */
    record Challenge(FallbackReason reason, String challenge, Page page) implements Fallback {
        @Override
        public Outcome outcome() {
            return Outcome.CHALLENGE;
        }
    }

    /**
     * Turn the visitor away.
     *
     * @param status 4xx or 5xx
     * @param retryAfterSeconds when trying again may help; 0 when it will not
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
     * Mode {@code upstream}: the failure itself is the answer, 502 or 504.
     *
     * @param page what the visitor reads
     */
    record Fail(FallbackReason reason, Page page) implements Decision {}

    /** The asker has hung up; whatever is written reaches nobody. */
    record Cancelled() implements Decision {}

    /** What a fallback came to; a metric label. */
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
