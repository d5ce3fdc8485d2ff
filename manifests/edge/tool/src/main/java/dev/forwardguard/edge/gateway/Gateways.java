package dev.forwardguard.edge.gateway;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Several gateways, asked at the same time. Which ones there are is looked up anew for each
 * reading. Not for several threads at once.
 */
public final class Gateways implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** For the addresses of all names together. */
    private static final Duration PER_LOOKUP = Duration.ofSeconds(2);

    private static final Reading INTERRUPTED = new Reading.Silent("interrupted");

    private final List<URI> urls;
    private final Replicas.Resolver resolver;
    private final Map<URI, Gateway> known = new HashMap<>();

    /** At most one for each name: one that hangs is not begun again. */
    private final Map<URI, Future<List<URI>>> lookups = new LinkedHashMap<>();

    /** Daemons, since a lookup may hang, and cannot be interrupted. */
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("gateway").factory());

    /**
     * @param urls of entry points {@code canary}; one whose host name has several addresses stands
     *     for a gateway at each of them
     * @throws IllegalArgumentException if one of them is no such URL
     */
    public Gateways(List<URI> urls) {
        this(urls, InetAddress::getAllByName);
    }

    Gateways(List<URI> urls, Replicas.Resolver resolver) {
        this.urls = urls;
        this.resolver = resolver;
        urls.forEach(each -> new Gateway(each).close());
    }

    /**
     * What each one shows now; takes about 2 s if one of them does not answer, and 2 s more if a
     * name server does not.
     */
    public Map<URI, Reading> read() {
        Map<URI, Reading> readings = new LinkedHashMap<>();
        Map<URI, Future<Reading>> answers = new LinkedHashMap<>();
        for (Gateway gateway : present(readings)) {
            answers.put(gateway.url(), threads.submit(gateway::read));
        }
        answers.forEach((url, answer) -> readings.put(url, answer(answer)));
        return readings;
    }

    /**
     * Waits until every one that is there shows this revision or a later one, but no longer than
     * the limit and one reading. One that goes meanwhile is not waited for any more, and one that
     * comes is.
     *
     * @return the last reading of each
     */
    public Map<URI, Reading> await(long revision, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            Map<URI, Reading> readings = read();
            boolean done =
                    readings.values().stream()
                            .allMatch(
                                    each ->
                                            each instanceof Reading.Shows it
                                                    && it.revision() >= revision);
            if (done || System.nanoTime() + PAUSE.toNanos() - end > 0 || !pause()) {
                return readings;
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * The gateways that are there now.
     *
     * @param unknown takes those whose name server does not answer
     */
    private List<Gateway> present(Map<URI, Reading> unknown) {
        for (URI url : urls) {
            Future<List<URI>> last = lookups.get(url);
            if (last == null || last.isDone()) {
                lookups.put(url, threads.submit(() -> Replicas.of(url, resolver)));
            }
        }
        long end = System.nanoTime() + PER_LOOKUP.toNanos();
        Set<URI> present = new LinkedHashSet<>();
        lookups.forEach(
                (url, lookup) -> {
                    try {
                        present.addAll(result(lookup, end - System.nanoTime()));
                    } catch (TimeoutException _) {
                        unknown.put(url, new Reading.Silent("no name server answers"));
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                        unknown.put(url, INTERRUPTED);
                    }
                });
        forgetAllBut(present);
        return present.stream().map(each -> known.computeIfAbsent(each, Gateway::new)).toList();
    }

    private void forgetAllBut(Set<URI> present) {
        Map<URI, Gateway> gone = new HashMap<>(known);
        gone.keySet().removeAll(present);
        gone.values().forEach(Gateway::close);
        known.keySet().retainAll(present);
    }

    /** Each reading ends by itself. */
    private static Reading answer(Future<Reading> future) {
        try {
            return result(future, Long.MAX_VALUE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return INTERRUPTED;
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T result(Future<T> future, long nanos)
            throws InterruptedException, TimeoutException {
        try {
            return future.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        known.values().forEach(Gateway::close);
    }
}
