package dev.forwardguard.upstream;

import dev.forwardguard.client.ClientAddress;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The upstream requests in flight, which have a limit in total, and a quarter of it for each client
 * address. So one visitor whose requests take long leaves most of the places to the others. An
 * unknown address has no share, because it may be that of all visitors.
 *
 * <p>An address is only in the table while it has requests in flight, so the total bounds the
 * table.
 */
final class InFlight {
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentMap<ClientAddress, Integer> byAddress = new ConcurrentHashMap<>();
    private volatile boolean limited;

    /**
     * Takes a place, to be given back by {@link #leave}.
     *
     * @param max the limit of all places
     * @return false if there is no place for this address
     */
    boolean enter(ClientAddress client, int max) {
        boolean known = !client.isUnknown();
        if (limited != known) {
            limited = known;
        }
        if (total.incrementAndGet() > max) {
            total.decrementAndGet();
            return false;
        }
        if (known && byAddress.merge(client, 1, Integer::sum) > shareOf(max)) {
            leave(client);
            return false;
        }
        return true;
    }

    void leave(ClientAddress client) {
        if (!client.isUnknown()) {
            byAddress.computeIfPresent(client, (same, count) -> count == 1 ? null : count - 1);
        }
        total.decrementAndGet();
    }

    ClientShares shares(int max) {
        return new ClientShares(shareOf(max), total.get(), byAddress.size(), limited);
    }

    /** A quarter, rounded up, so that it is at least one. */
    private static int shareOf(int max) {
        return Math.ceilDiv(max, 4);
    }
}
