package dev.forwardguard.load;

import dev.forwardguard.load.Load.Sample;
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
 * * How a server behaved while its upstream hung for a while and after it was back. Times are
 * readings of {@link System#nanoTime}.
 *
 * @param began when the upstream began to hang
 * @param ended when it was back
 * @param samples all requests: before, during and after the outage
 * @param arrivals when each request arrived at the upstream
 * @param held the most connections to the upstream while it hung
 */
public record Outage(long began, long ended, List<Sample> samples, List<Long> arrivals, int held) {
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final String MARK = "X-Load-Request";
    private static final String OPEN = "circuit_open";

    /** Enough for a recovery: the longest pause between two probes is 10 s plus jitter. */
    private static final Duration AFTERMATH = Duration.ofSeconds(20);

    /** Simulates an outage at this rate of requests per second. */
    public static Outage of(
            StubUpstream upstream, int port, String path, long rate, Duration length) {
        Queue<Long> arrivals = new ConcurrentLinkedQueue<>();
        Behaviour verdict = recording(arrivals, Behaviour.answers(Answer.of(403).body("verdict")));
        var held = new int[1];
        var load = new Load(port, authRequest(path), rate);
        long began;
        long ended;
        try (load) {
            upstream.behaves(verdict);
            load.run(WARM_UP, () -> {});
            upstream.behaves(recording(arrivals, Behaviour.hangs()));
            began = System.nanoTime();
            load.run(length, () -> held[0] = Math.max(held[0], upstream.openConnections()));
            upstream.behaves(verdict);
            ended = System.nanoTime();
            load.run(AFTERMATH, () -> {});
        }
        return new Outage(
                began, ended, List.copyOf(load.samples()), List.copyOf(arrivals), held[0]);
    }

    private static Behaviour recording(Queue<Long> arrivals, Behaviour behaviour) {
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

    /**
     * When the first response arrived that had the reason {@code circuit_open}; empty if none had.
     * Its request may have been due long before, and have waited for a connection.
     */
    public Optional<Long> opened() {
        return samples.stream()
                .filter(sample -> sample.due() >= began && sample.reason().equals(OPEN))
                .map(Sample::end)
                .min(Long::compare);
    }

    /** Requests during the outage, before the circuit was open. */
    public List<Sample> before() {
        long until = opened().orElse(ended);
        return samples.stream()
                .filter(sample -> sample.due() >= began && sample.due() < Math.min(until, ended))
                .toList();
    }

    /** Requests during the outage, with the circuit open. */
    public List<Sample> after() {
        long from = opened().orElse(ended);
        return samples.stream()
                .filter(sample -> sample.due() >= from && sample.due() < ended)
                .toList();
    }

    /** The time from the upstream's return to its first verdict that reached a visitor. */
    Optional<Duration> recovery() {
        return samples.stream()
                .filter(sample -> sample.due() >= ended && sample.reason().isEmpty())
                .map(sample -> Duration.ofNanos(sample.end() - ended))
                .min(Duration::compareTo);
    }

    /** How many visitors' requests the upstream got from its return until the circuit closed. */
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
