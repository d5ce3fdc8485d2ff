package dev.forwardguard.manifests.load;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/** The questions under way, by the number that each carries to the upstream and back. */
final class InFlight {
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentMap<String, TrackedRequest> underWay = new ConcurrentHashMap<>();

    /** A new question. */
    TrackedRequest open(TrackedRequest.Credentials credentials) {
        var request = new TrackedRequest("q" + numbers.incrementAndGet(), credentials);
        underWay.put(request.number(), request);
        return request;
    }

    /** Somebody's question; one that nobody waits for any more if it is not under way. */
    TrackedRequest find(String number) {
        return underWay.getOrDefault(
                number, new TrackedRequest(number, TrackedRequest.Credentials.NONE));
    }

    void close(TrackedRequest request) {
        underWay.remove(request.number());
    }
}
