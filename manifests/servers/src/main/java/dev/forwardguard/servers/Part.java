package dev.forwardguard.servers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A program of a cluster. It starts again with the same arguments, so on the same port. */
public final class Part implements AutoCloseable {
    /** Starting takes seconds, but builds and other tests may have the machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path directory;
    private final Program program;
    private final List<String> arguments;
    private final BooleanSupplier ready;
    private ChildProcess process;

    Part(Path directory, Program program, List<String> arguments, BooleanSupplier ready) {
        this.directory = directory;
        this.program = program;
        this.arguments = arguments;
        this.ready = ready;
        this.process = run();
        awaitReady();
    }

    private ChildProcess run() {
        return program.start(directory, Map.of(), arguments.toArray(String[]::new));
    }

    /** Starts it after it has ended, and waits until it is ready. */
    public void start() {
        process = run();
        awaitReady();
    }

    /** Waits until it is ready, for example again after a fault. */
    public void awaitReady() {
        try {
            process.await("answer of " + program, PATIENCE, ready);
        } catch (AssertionError e) {
            process.kill();
            throw e;
        }
    }

    /** Ends it with SIGKILL. */
    public void kill() {
        process.kill();
    }

    /** The process that runs now, or ran last. */
    public ChildProcess process() {
        return process;
    }

    @Override
    public void close() {
        process.kill();
    }
}
