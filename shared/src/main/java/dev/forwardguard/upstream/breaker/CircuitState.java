package dev.forwardguard.upstream.breaker;

import java.util.Locale;

/** What the circuit does with requests. */
public enum CircuitState {
    /** Requests are sent. */
    CLOSED(0),
    /** A probe was answered. A few requests at a time are sent, until enough were answered. */
    HALF_OPEN(1),
    /** No request is sent. */
    OPEN(2);

    private final int level;
    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    CircuitState(int level) {
        this.level = level;
    }

    /** The value of {@code guard_circuit_state}: 0, 1, 2. */
    public int level() {
        return level;
    }

    /** For logs and people: {@code closed}, {@code half-open}, {@code open}. */
    public String label() {
        return label;
    }
}
