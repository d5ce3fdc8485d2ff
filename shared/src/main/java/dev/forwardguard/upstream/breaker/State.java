package dev.forwardguard.upstream.breaker;

import java.util.Optional;

/** A state of a circuit breaker. */
sealed interface State permits Closed, Open, HalfOpen {
    CircuitState name();

    /** Returns a permit for one request, or empty. */
    Optional<Permit> tryAcquire();
}
