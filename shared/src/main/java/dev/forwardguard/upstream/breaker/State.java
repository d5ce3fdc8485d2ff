package dev.forwardguard.upstream.breaker;

import java.util.Optional;

/** What a circuit breaker is in. */
sealed interface State permits Closed, Open, HalfOpen {
    CircuitState name();

    /** Leave to ask, or empty. */
    Optional<Permit> tryAcquire();
}
