package dev.forwardguard.status;

import dev.forwardguard.outcome.FallbackReason;

import java.time.Instant;
import java.util.Optional;

/** What the upstream needs, and whose outage no request may have met yet. */
public interface Dependency {
    /** Since when it is known to be down; empty while it is not. */
    Optional<Instant> downSince();

    /** Why requests that need it get no verdict. */
    FallbackReason reason();
}
