package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A program that a test runs. Its output goes to a file. {@code close} ends it and all processes
 * that it has started, each by its own handle.
 */
public final class ChildProcess implements AutoCloseable {
    /** Enough for a JVM that starts while two cores run twenty other things. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int POLL_MILLIS = 20;

    private final Process process;
    private final Path log;

    private ChildProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts a program with these variables added to the environment of the tests. */
    public static ChildProcess start(
            Path log, Map<String, String> variables, List<String> command) {
        try {
            var builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(variables);
            return new ChildProcess(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** The running processes that it has started, directly or indirectly. */
    public List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** Its output so far. */
    public String output() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a process, presumably the program, listens on this port of 127.0.0.1. */
    public void awaitListening(int port) {
        await("port " + port, () -> Loopback.isListening(port));
    }

    /** Waits until the condition holds; fails if the program exits first, or takes too long. */
    public void await(String what, BooleanSupplier condition) {
        await(what, PATIENCE, condition);
    }

    /** The same with another limit than the usual half minute. */
    public void await(String what, Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (hasEndedWithin(POLL_MILLIS)) {
                throw new AssertionError("ended before " + what + ":\n" + output());
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("no " + what + " within " + limit + ":\n" + output());
            }
        }
    }

    /** Waits until it exits by itself, and returns its exit status. */
    public int awaitExit(Duration limit) {
        if (!hasEndedWithin(limit.toMillis())) {
            throw new AssertionError("still running after " + limit + ":\n" + output());
        }
        return process.exitValue();
    }

    /** Sends SIGTERM, and returns at once. */
    public void terminate() {
        process.destroy();
    }

    /** Sends SIGKILL, and waits until it has exited. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(PATIENCE);
    }

    /** Sends SIGSTOP: its connections stay open, and nobody answers on them. */
    public void suspend() {
        signal("STOP");
    }

    /** Sends SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        String line = "kill -%s %d".formatted(name, pid());
        try (var kill = start(log, Map.of(), List.of("sh", "-c", line))) {
            if (kill.awaitExit(PATIENCE) != 0) {
                throw new AssertionError(line + " failed:\n" + output());
            }
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> all =
                Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        process.destroy();
        if (!hasEndedWithin(5_000)) {
            process.destroyForcibly();
        }
        all.forEach(ProcessHandle::destroyForcibly);
        awaitExit(PATIENCE);
    }

    private boolean hasEndedWithin(long millis) {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
