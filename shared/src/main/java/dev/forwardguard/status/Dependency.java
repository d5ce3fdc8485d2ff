package dev.forwardguard.status;

import dev.forwardguard.outcome.FallbackReason;

import java.time.Instant;
import java.util.Optional;

/** What the upstream needs, and whose outage no request may have met yet. */
public interface Dependency {
    /**
     * What is known of it.
     *
     * @param down whether it is known to be down
     * @param since when that became so, or was over; empty if it never was
     */
    record Health(boolean down, Optional<Instant> since) {}

    Health health();

    /** Why requests that need it get no verdict. */
    FallbackReason reason();
}
