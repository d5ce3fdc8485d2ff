package dev.forwardguard.load.bench;

import dev.forwardguard.servers.ChildProcess;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A running contender.
 *
 * @param behind the servers behind it that count as part of it; only a gateway has them
 */
record Running(ChildProcess process, int port, Optional<List<Running>> behind)
        implements AutoCloseable {
    /** One that is no gateway. */
    Running(ChildProcess process, int port) {
        this(process, port, Optional.empty());
    }

    /** A gateway with these servers behind it, maybe none. */
    static Running gateway(ChildProcess process, int port, List<Running> behind) {
        return new Running(process, port, Optional.of(behind));
    }

    Use use() {
        ProcessUse own = ProcessUse.of(process.pid());
        ProcessUse all =
                behind.orElse(List.of()).stream()
                        .map(server -> server.use().all())
                        .reduce(own, ProcessUse::plus);
        return new Use(all, behind.map(_ -> own), threads());
    }

    private ThreadUse threads() {
        return behind.map(
                        servers ->
                                servers.stream()
                                        .map(Running::threads)
                                        .reduce(new ThreadUse(Map.of()), ThreadUse::plus))
                .orElseGet(() -> ThreadUse.of(process.pid()));
    }

    /** The time since its start. */
    Duration age() {
        Instant start =
                ProcessHandle.of(process.pid())
                        .flatMap(own -> own.info().startInstant())
                        .orElseThrow();
        return Duration.between(start, Instant.now());
    }

    @Override
    public void close() {
        process.close();
        behind.orElse(List.of()).forEach(Running::close);
    }
}
