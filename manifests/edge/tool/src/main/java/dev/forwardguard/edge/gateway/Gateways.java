package dev.forwardguard.edge.gateway;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
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
import java.util.function.Function;

/** Several gateways, asked at the same time. Not for several threads at once. */
public final class Gateways implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final List<URI> urls;
    private final Replicas.Resolver resolver;
    private final Map<URI, Gateway> known = new HashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * @param urls of entry points {@code canary}; one whose host name has several addresses stands
     *     for a gateway at each of them, and is resolved anew for each reading
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

    private List<Gateway> present() {
        Set<URI> present = new LinkedHashSet<>();
        urls.forEach(each -> present.addAll(Replicas.of(each, resolver)));
        known.entrySet()
                .removeIf(
                        each -> {
                            boolean gone = !present.contains(each.getKey());
                            if (gone) {
                                each.getValue().close();
                            }
                            return gone;
                        });
        return present.stream().map(each -> known.computeIfAbsent(each, Gateway::new)).toList();
    }

    /** What each one shows now; takes about 2 s if one of them does not answer. */
    public Map<URI, Reading> read() {
        return forEach(Gateway::read);
    }

    /**
     * Waits until every one shows this revision or a later one, but no longer than the limit and
     * one try.
     *
     * @return the last reading of each
     */
    public Map<URI, Reading> await(long revision, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        return forEach(gateway -> await(gateway, revision, end));
    }

    private static Reading await(Gateway gateway, long revision, long end) {
        while (true) {
            Reading reading = gateway.read();
            boolean done = reading instanceof Reading.Shows it && it.revision() >= revision;
            if (done || System.nanoTime() + PAUSE.toNanos() > end || !pause()) {
                return reading;
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

    private Map<URI, Reading> forEach(Function<Gateway, Reading> ask) {
        List<Gateway> gateways = present();
        List<Future<Reading>> answers = new ArrayList<>();
        gateways.forEach(each -> answers.add(threads.submit(() -> ask.apply(each))));
        Map<URI, Reading> readings = new LinkedHashMap<>();
        for (int i = 0; i < gateways.size(); i++) {
            readings.put(gateways.get(i).url(), answer(answers.get(i)));
        }
        return readings;
    }

    private static Reading answer(Future<Reading> future) {
        try {
            return future.get();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Reading.Silent("interrupted");
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
