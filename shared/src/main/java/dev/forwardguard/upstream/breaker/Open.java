package dev.forwardguard.upstream.breaker;

import java.util.Optional;

/**
 * Lets no request through.
 *
 * @param setbacks probes and trials that failed since the circuit was last closed
 */
record Open(int setbacks) implements State {
    @Override
    public CircuitState name() {
        return CircuitState.OPEN;
    }

    @Override
    public Optional<Permit> tryAcquire() {
        return Optional.empty();
    }

    Open afterSetback() {
        return new Open(setbacks == Integer.MAX_VALUE ? setbacks : setbacks + 1);
    }
}
