package dev.forwardguard.load.bench;

import dev.forwardguard.load.KeptConnection;
import dev.forwardguard.testing.RawAnswer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Loads pages, one after the other, each in a session of its own. A page has many parts, which a
 * browser loads over a few connections at once; the gateway asks for each of them.
 *
 * @param upstream that is asked for verdicts
 * @param parts of a page
 * @param connections of a browser
 */
record Pages(CostlyUpstream upstream, int parts, int connections) implements Trial {
    @Override
    public Measurement measure(Running contender, Scenario scenario, Duration length) {
        List<KeptConnection> kept = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < connections; i++) {
                kept.add(new KeptConnection(contender.port()));
            }
            return measure(contender, scenario, length, kept, threads);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            kept.forEach(KeptConnection::close);
        }
    }

    private Measurement measure(
            Running contender,
            Scenario scenario,
            Duration length,
            List<KeptConnection> kept,
            ExecutorService threads) {
        List<Double> millis = new ArrayList<>();
        long wrong = 0;
        long asked = upstream.asked();
        Use before = contender.use();
        long began = System.nanoTime();
        while (System.nanoTime() - began < length.toNanos()) {
            long start = System.nanoTime();
            String wire = scenario.request().atTurn("page" + start).wire();
            wrong += load(wire, scenario.expected(), kept, threads);
            millis.add((System.nanoTime() - start) / 1e6);
        }
        Use after = contender.use();
        double took = (System.nanoTime() - began) / 1e3;
        int pages = millis.size();
        Collections.sort(millis);
        return after.perRequest(before, (double) pages * parts)
                .with(Metric.PAGE, Trial.at(millis, 0.5))
                .with(Metric.ASKED, (double) (upstream.asked() - asked) / pages)
                .with(Metric.RATE, pages * parts * 1e6 / took)
                .with(Metric.BUSY, after.micros(before) / took)
                .with(Metric.WRONG, (double) wrong);
    }

    /** Loads one page. Returns how many responses were wrong. */
    private long load(
            String wire, Expected expected, List<KeptConnection> kept, ExecutorService threads) {
        var next = new AtomicInteger();
        List<Future<Long>> loading = new ArrayList<>();
        for (KeptConnection connection : kept) {
            loading.add(
                    threads.submit(
                            () -> {
                                long wrong = 0;
                                while (next.getAndIncrement() < parts) {
                                    RawAnswer answer = connection.ask(wire);
                                    wrong += expected.isMetBy(answer) ? 0 : 1;
                                }
                                return wrong;
                            }));
        }
        return loading.stream().mapToLong(Pages::ended).sum();
    }

    private static long ended(Future<Long> loading) {
        try {
            return loading.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a part of a page was not loaded", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
