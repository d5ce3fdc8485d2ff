package dev.forwardguard.authentik.emergency.form;

import dev.forwardguard.client.ClientAddress;

import java.util.HashMap;
import java.util.Map;

/**
 * How many forms may be arriving at the same time, in total and from one address. While a form
 * arrives, its connection cannot be given to somebody else, and a guard has only some hundreds.
 * Thread-safe.
 */
final class FormPlaces {
    static final int TOTAL = 32;
    static final int PER_ADDRESS = 4;

    private final Map<ClientAddress, Integer> takenBy = new HashMap<>();
    private int taken;

    /**
     * Takes a place, to be given back by {@link #leave}. False if there is none.
     *
     * @param from the visitor's address; an unknown one, which may be that of all, has no share
     */
    synchronized boolean enter(ClientAddress from) {
        if (taken == TOTAL || (!from.isUnknown() && takenBy.getOrDefault(from, 0) == PER_ADDRESS)) {
            return false;
        }
        taken++;
        takenBy.merge(from, 1, Integer::sum);
        return true;
    }

    synchronized void leave(ClientAddress from) {
        taken--;
        takenBy.computeIfPresent(from, (same, count) -> count == 1 ? null : count - 1);
    }
}
