package dev.forwardguard.manifests.load.bench;

import dev.forwardguard.servers.ChildProcess;

import java.time.Duration;
import java.time.Instant;

/** A running contender. */
record Running(ChildProcess process, int port) implements AutoCloseable {
    ProcessUse use() {
        return ProcessUse.of(process.pid());
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
    }
}
