package dev.forwardguard.guard;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.RelayedCookies;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What the guard decides about an auth request, and so how it answers Traefik. */
public sealed interface Decision {

    /**
     * The upstream decided: its verdict goes back, without hop-by-hop headers. Of an allow the body
     * does not, because no gateway reads it.
     *
     * @param cookies the cookies of an allow that go back
     * @param page what a visitor reads instead of a refusal's body that is too long to be sent on
     */
    record Relay(UpstreamResponse verdict, RelayedCookies cookies, Optional<Page> page)
            implements Decision {
        /**
         * Traefik reserves its {@code maxResponseBodySize} for every auth request, so it has to be
         * small, and turns a longer body into a 401 without a page, whatever the status.
         */
        public static final int MAX_BODY_BYTES = 16 * 1024;

        /** A verdict as it is sent on. The page is made only if it is needed. */
        public static Relay of(
                UpstreamResponse verdict, RelayedCookies cookies, Supplier<Page> page) {
            boolean tooLong = !verdict.allows() && verdict.body().length > MAX_BODY_BYTES;
            return new Relay(
                    verdict, cookies, tooLong ? Optional.of(page.get()) : Optional.empty());
        }
    }

    /** A decision for which there was no verdict. */
    sealed interface WithoutVerdict extends Decision {
        FallbackReason reason();
    }

    /** A decision made without a verdict. */
    sealed interface Fallback extends WithoutVerdict {
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

        /** Never the headers: a token of the application can be among them. */
        @Override
        public String toString() {
            return "Allow[" + reason + "]";
        }

        @Override
        public Outcome outcome() {
            return Outcome.ALLOW;
        }
    }

    /**
     * Lets the visitor pass with the last verdict, because there is no other.
     *
     * @param verdict an allow, as the upstream gave it before
     */
    record Stale(FallbackReason reason, UpstreamResponse verdict) implements Fallback {
        public Stale {
            if (!verdict.allows()) {
                throw new IllegalArgumentException("a refusal holds for its request only");
            }
        }

        @Override
        public Outcome outcome() {
            return Outcome.STALE;
        }
    }

    /**
     * Asks the visitor for credentials: 401.
     *
     * @param challenge the value of {@code WWW-Authenticate}
     * @param page what visitors read when they cancel the browser's login dialog
     * @param cookie the value of {@code Set-Cookie}, if there is one
     */
    record Challenge(FallbackReason reason, String challenge, Page page, Optional<String> cookie)
            implements Fallback {
        /** Never the cookie. */
        @Override
        public String toString() {
            return "Challenge[" + reason + "]";
        }

        @Override
        public Outcome outcome() {
            return Outcome.CHALLENGE;
        }
    }

    /**
     * Sends the visitor's browser to the same page again, now with a cookie: 303.
     *
     * @param location absolute
     * @param cookie the value of {@code Set-Cookie}
     */
    record Redirect(FallbackReason reason, String location, String cookie) implements Fallback {
        @Override
        public Outcome outcome() {
            return Outcome.REDIRECT;
        }

        /** Never the cookie, nor the address, which may hold a token. */
        @Override
        public String toString() {
            return "Redirect[" + reason + "]";
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
    record Fail(FallbackReason reason, Page page) implements WithoutVerdict {}

    /** The caller has hung up, so no response can reach it. */
    record Cancelled() implements Decision {}

    /** The kind of a fallback decision; a metric label. */
    enum Outcome {
        ALLOW,
        STALE,
        CHALLENGE,
        REDIRECT,
        REFUSE;

        private final String label = name().toLowerCase(Locale.ROOT);

        public String label() {
            return label;
        }
    }
}
