package dev.forwardguard.telemetry;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/** A counter for each of some constants, registered from the start: a counter at 0 is no gap. */
public final class EnumCounters<E extends Enum<E>> {
    private final Map<E, Counter> counters;

    /**
     * @param registering registers the counter of a constant
     */
    public EnumCounters(Class<E> type, Collection<E> constants, Function<E, Counter> registering) {
        counters = new EnumMap<>(type);
        constants.forEach(constant -> counters.put(constant, registering.apply(constant)));
    }

    public void increment(E constant) {
        requireNonNull(counters.get(constant)).increment();
    }
}
