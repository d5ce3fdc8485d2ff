package dev.forwardguard.manifests.load;

import dev.forwardguard.manifests.load.Load.Sample;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What a server made of an upstream that hung for a while and then was back. Times are readings of
 * the system's nano time.
 *
 * @param began when the upstream began to hang
 * @param ended when it was back
 * @param samples all requests, before, during and after
 * @param arrivals when the upstream got which question
 * @param held how many connections to the upstream there were at most while it hung
 */
public record Outage(long began, long ended, List<Sample> samples, List<Long> arrivals, int held) {
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final String MARK = "X-Question";
    private static final String OPEN = "circuit_open";

    /** As long as it takes. The longest pause between two probes is 10 s and some jitter. */
    private static final Duration AFTERMATH = Duration.ofSeconds(20);

    /** Plays it with this many requests per second. */
    public static Outage of(
            StubUpstream upstream, int port, String path, long rate, Duration length) {
        Queue<Long> arrivals = new ConcurrentLinkedQueue<>();
        Behaviour verdict = noting(arrivals, Behaviour.answers(Answer.of(403).body("verdict")));
        var held = new int[1];
        var load = new Load(port, authRequest(path), rate);
        long began;
        long ended;
        try (load) {
            upstream.behaves(verdict);
            load.run(WARM_UP, () -> {});
            upstream.behaves(noting(arrivals, Behaviour.hangs()));
            began = System.nanoTime();
            load.run(length, () -> held[0] = Math.max(held[0], upstream.openConnections()));
            upstream.behaves(verdict);
            ended = System.nanoTime();
            load.run(AFTERMATH, () -> {});
        }
        return new Outage(
                began, ended, List.copyOf(load.samples()), List.copyOf(arrivals), held[0]);
    }

    private static Behaviour noting(Queue<Long> arrivals, Behaviour behaviour) {
        return (dialogue, request) -> {
            if (request.header(MARK).isPresent()) {
                arrivals.add(System.nanoTime());
            }
            behaviour.answer(dialogue, request);
        };
    }

    private static String authRequest(String path) {
        return RawRequest.get(path)
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example")
                .with("X-Forwarded-Uri", "/")
                .with(MARK, "1")
                .wire();
    }

    /** When the first request was due that was answered without asking; empty if none was. */
    public Optional<Long> opened() {
        return samples.stream()
                .filter(sample -> sample.due() >= began && sample.reason().equals(OPEN))
                .map(Sample::due)
                .min(Long::compare);
    }

    /** Requests while it hung, before the circuit was open. */
    public List<Sample> before() {
        long until = opened().orElse(ended);
        return samples.stream()
                .filter(sample -> sample.due() >= began && sample.due() < Math.min(until, ended))
                .toList();
    }

    /** Requests while it hung, with the circuit open. */
    public List<Sample> after() {
        long from = opened().orElse(ended);
        return samples.stream()
                .filter(sample -> sample.due() >= from && sample.due() < ended)
                .toList();
    }

    /** How long after its return the upstream's verdict was heard again. */
    Optional<Duration> recovery() {
        return samples.stream()
                .filter(sample -> sample.due() >= ended && sample.reason().isEmpty())
                .map(sample -> Duration.ofNanos(sample.end() - ended))
                .min(Duration::compareTo);
    }

    /** How many visitors' questions the upstream got from its return until the circuit closed. */
    long trials() {
        long closed =
                samples.stream()
                        .filter(sample -> sample.reason().equals(OPEN))
                        .mapToLong(Sample::end)
                        .max()
                        .orElse(ended);
        return arrivals.stream().filter(at -> at >= ended && at < closed).count();
    }
}
