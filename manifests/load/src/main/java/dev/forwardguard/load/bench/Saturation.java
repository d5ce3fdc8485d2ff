package dev.forwardguard.load.bench;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends as many requests as the contender can answer: each connection sends the next one as soon as
 * it has a response. The response times are those of a queue that is always full, and say little.
 *
 * @param connections the number of concurrent connections
 * @param fresh whether each request uses a new connection, as many of Traefik's do
 * @param turns how many different requests take turns; 0 if there is one
 */
record Saturation(int connections, boolean fresh, int turns) implements Trial {
    private static final Path SCRIPT = Repository.ROOT.resolve("manifests/local/bench.lua");

    Saturation(int connections, boolean fresh) {
        this(connections, fresh, 0);
    }

    @Override
    public Measurement measure(Running contender, Scenario scenario, Duration length) {
        Use before = contender.use();
        Wrk wrk = wrk(contender.port(), scenario, length);
        Use after = contender.use();
        return after.perRequest(before, (double) wrk.requests())
                .with(Metric.RATE, wrk.requests() * 1e6 / wrk.micros())
                .with(Metric.P50, wrk.p50() / 1e3)
                .with(Metric.P99, wrk.p99() / 1e3)
                .with(Metric.BUSY, after.micros(before) / wrk.micros())
                .with(Metric.WRONG, (double) wrk.wrong());
    }

    /**
     * The output of {@code bench.lua}.
     *
     * @param requests the number of answered requests
     * @param micros the duration in microseconds; the percentiles are in microseconds as well
     * @param wrong the number of wrong responses and failures
     */
    private record Wrk(long requests, long micros, long p50, long p99, long wrong) {
        static Wrk parse(String output) {
            String line =
                    output.lines()
                            .filter(any -> any.startsWith("MEASURED "))
                            .findFirst()
                            .orElseThrow(() -> new IllegalStateException("wrk printed " + output));
            String[] parts = line.split(" ", -1);
            return new Wrk(
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]),
                    Long.parseLong(parts[5]));
        }
    }

    private Wrk wrk(int port, Scenario scenario, Duration length) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Program.installed("wrk", "wrk").path().toString(),
                                "--threads=1",
                                "--connections=" + connections,
                                "--duration=" + length.toSeconds() + "s",
                                "--timeout=60s",
                                "--script=" + SCRIPT));
        command.addAll(scenario.request().options());
        if (fresh) {
            command.addAll(List.of("-H", "Connection: close"));
        }
        command.add("http://127.0.0.1:" + port + scenario.request().path());
        command.add("--");
        command.addAll(scenario.expected().arguments());
        if (turns > 0) {
            command.addAll(List.of(String.valueOf(turns), VisitorRequest.TURN));
        }
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            byte[] output = process.getInputStream().readAllBytes();
            return Wrk.parse(new String(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
