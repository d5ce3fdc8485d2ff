package dev.forwardguard.manifests.load.bench;

import dev.forwardguard.manifests.ChildProcess;

/** A contender that serves at a port. */
record Running(ChildProcess process, int port) implements AutoCloseable {
    ProcessUse use() {
        return ProcessUse.of(process.pid());
    }

    @Override
    public void close() {
        process.close();
    }
}
