package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.client.ClientAddress;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;

/**
 * The places of the pass-through. A request needs one, or waits for one. An address that is not
 * shared by many visitors has only a few places, and waits for them; it may not fill the queue
 * either. Used by all event loops; its monitor guards all state.
 */
final class Places {
    static final int MOST_WAITING = 128;
    static final int PER_ADDRESS = 8;
    static final int WAITING_PER_ADDRESS = 32;

    private final int total;
    private final Set<Place> waiting = new LinkedHashSet<>();
    private final Map<ClientAddress, Integer> takenBy = new HashMap<>();
    private final Map<ClientAddress, Integer> waitingOf = new HashMap<>();
    private int taken;

    Places(int total) {
        this.total = total;
    }

    /**
     * Asks for a place.
     *
     * @param address the visitor's; {@link ClientAddress#UNKNOWN} has no share of its own
     * @param onFree called by any thread if the place is not free at once, but becomes free
     * @return null if too many wait already
     */
    synchronized @Nullable Place ask(ClientAddress address, Runnable onFree) {
        var place = new Place(address, onFree);
        if (isFreeFor(address)) {
            give(place);
            place.wasFree = true;
            return place;
        }
        boolean crowded =
                waiting.size() >= MOST_WAITING
                        || (!address.isUnknown()
                                && waitingOf.getOrDefault(address, 0) >= WAITING_PER_ADDRESS);
        if (crowded) {
            return null;
        }
        waiting.add(place);
        count(waitingOf, address, 1);
        return place;
    }

    synchronized int taken() {
        return taken;
    }

    synchronized int waiting() {
        return waiting.size();
    }

    private synchronized boolean isWanted(Place place) {
        return (taken == total && !waiting.isEmpty())
                || waitingOf.getOrDefault(place.address, 0) > 0;
    }

    private boolean isFreeFor(ClientAddress address) {
        return taken < total
                && (address.isUnknown() || takenBy.getOrDefault(address, 0) < PER_ADDRESS);
    }

    private void give(Place place) {
        place.taken = true;
        taken++;
        count(takenBy, place.address, 1);
    }

    private static void count(Map<ClientAddress, Integer> counts, ClientAddress address, int more) {
        if (!address.isUnknown()) {
            counts.merge(address, more, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    /** Gives free places to those who wait, in order, and returns them. */
    private List<Place> giveNext() {
        List<Place> given = new ArrayList<>(1);
        Iterator<Place> inOrder = waiting.iterator();
        while (taken < total && inOrder.hasNext()) {
            Place next = inOrder.next();
            if (isFreeFor(next.address)) {
                inOrder.remove();
                count(waitingOf, next.address, -1);
                give(next);
                given.add(next);
            }
        }
        return given;
    }

    private synchronized List<Place> giveBack(Place place) {
        if (place.ended) {
            return List.of();
        }
        place.ended = true;
        if (!place.taken) {
            waiting.remove(place);
            count(waitingOf, place.address, -1);
            return List.of();
        }
        taken--;
        count(takenBy, place.address, -1);
        return giveNext();
    }

    /** The place of one request, taken or waited for. */
    final class Place {
        private final ClientAddress address;
        private final Runnable onFree;
        private boolean wasFree;
        private boolean taken;
        private boolean ended;

        private Place(ClientAddress address, Runnable onFree) {
            this.address = address;
            this.onFree = onFree;
        }

        /** Whether it was free at once. If not, it is told when it is. */
        boolean wasFree() {
            return wasFree;
        }

        /** Whether somebody waits who would get this place. */
        boolean isWanted() {
            return Places.this.isWanted(this);
        }

        /** Gives the place back, or stops waiting for it. Only the first call has an effect. */
        void giveBack() {
            Places.this.giveBack(this).forEach(Place::tell);
        }

        private void tell() {
            try {
                onFree.run();
            } catch (RejectedExecutionException shuttingDown) {
                giveBack();
            }
        }
    }
}
