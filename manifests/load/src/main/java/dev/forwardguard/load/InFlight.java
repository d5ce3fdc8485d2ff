package dev.forwardguard.load;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/** The requests in flight, by the number that each carries to the upstream and back. */
final class InFlight {
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentMap<String, TrackedRequest> requests = new ConcurrentHashMap<>();

    /** Adds a new request. */
    TrackedRequest open(TrackedRequest.Credentials credentials) {
        var request = new TrackedRequest("q" + numbers.incrementAndGet(), credentials);
        requests.put(request.number(), request);
        return request;
    }

    /** The request with this number; a new one without a record if it is not in flight. */
    TrackedRequest find(String number) {
        return requests.getOrDefault(
                number, new TrackedRequest(number, TrackedRequest.Credentials.NONE));
    }

    void close(TrackedRequest request) {
        requests.remove(request.number());
    }
}
