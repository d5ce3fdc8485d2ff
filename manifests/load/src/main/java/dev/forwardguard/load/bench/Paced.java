package dev.forwardguard.load.bench;

import dev.forwardguard.load.KeptConnection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests at the rate of an everyday site, one after the other on kept connections in turn.
 * Each is timed from when it was due.
 *
 * @param rate in requests per second
 * @param connections that are kept
 */
record Paced(int rate, int connections) implements Trial {
    @Override
    public int stretch() {
        return rate < 1_000 ? 6 : 2;
    }

    @Override
    public Measurement measure(Running contender, Scenario scenario, Duration length) {
        List<KeptConnection> kept = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                kept.add(new KeptConnection(contender.port()));
                kept.getLast().ask(scenario.request().wire());
            }
            return measure(contender, scenario, length, kept);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            kept.forEach(KeptConnection::close);
        }
    }

    private Measurement measure(
            Running contender, Scenario scenario, Duration length, List<KeptConnection> kept)
            throws IOException {
        String wire = scenario.request().wire();
        long interval = 1_000_000_000L / rate;
        long requests = length.toNanos() / interval;
        List<Double> millis = new ArrayList<>();
        long wrong = 0;
        Use before = contender.use();
        long began = System.nanoTime();
        for (long i = 0; i < requests; i++) {
            long due = began + i * interval;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            var answer = kept.get((int) (i % connections)).ask(wire);
            millis.add((System.nanoTime() - due) / 1e6);
            wrong += scenario.expected().isMetBy(answer) ? 0 : 1;
        }
        Use after = contender.use();
        double micros = after.threads().since(before.threads()) / 1e3;
        double took = (System.nanoTime() - began) / 1e3;
        Collections.sort(millis);
        return after.perRequest(before, (double) requests)
                .with(Metric.CPU, micros / requests)
                .with(Metric.RATE, requests * 1e6 / took)
                .with(Metric.P50, Trial.at(millis, 0.5))
                .with(Metric.P99, Trial.at(millis, 0.99))
                .with(Metric.BUSY, micros / took)
                .with(Metric.WRONG, (double) wrong);
    }
}
