package dev.forwardguard.load.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the threads that exist have used, as the scheduler counts it (Linux, {@code
 * /proc/PID/task/TID/schedstat}). More precise than the time of the process, but what ended threads
 * have used is missing.
 */
record ThreadUse(Map<Task, Used> threads) {
    /**
     * What a thread has used so far.
     *
     * @param nanos CPU time
     * @param turns how many times it got a processor; a thread that is idle otherwise woke up that
     *     often
     */
    private record Used(long nanos, long turns) {
        static final Used NOTHING = new Used(0, 0);

        Used since(Used before) {
            return new Used(nanos - before.nanos, turns - before.turns);
        }
    }

    /** A thread, with the first 15 bytes of its name. */
    private record Task(String id, String name) {
        Metric kind() {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.contains("compiler")) {
                return Metric.COMPILERS;
            }
            // all of nginx is an event loop
            return lower.contains("nioeven") || lower.equals("nginx")
                    ? Metric.EVENT_LOOPS
                    : Metric.OTHER_THREADS;
        }
    }

    /** The threads of a process and its descendants. */
    static ThreadUse of(long pid) {
        ProcessHandle root = ProcessHandle.of(pid).orElseThrow();
        Map<Task, Used> threads = new HashMap<>();
        Stream.concat(Stream.of(root), root.descendants())
                .map(process -> Path.of("/proc", String.valueOf(process.pid()), "task"))
                .forEach(tasks -> addAll(tasks, threads));
        return new ThreadUse(threads);
    }

    private static void addAll(Path tasks, Map<Task, Used> threads) {
        try (Stream<Path> listed = Files.list(tasks)) {
            for (Path thread : listed.toList()) {
                if (Files.exists(thread)) { // it may have ended
                    String name = Files.readString(thread.resolve("comm")).strip();
                    String[] times =
                            Files.readString(thread.resolve("schedstat")).strip().split(" ", -1);
                    threads.put(
                            new Task(String.valueOf(thread.getFileName()), name),
                            new Used(Long.parseLong(times[0]), Long.parseLong(times[2])));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ThreadUse plus(ThreadUse other) {
        Map<Task, Used> both = new HashMap<>(threads);
        both.putAll(other.threads);
        return new ThreadUse(both);
    }

    /** Their CPU time since an earlier reading, in nanoseconds. */
    long since(ThreadUse before) {
        return threads.keySet().stream().mapToLong(thread -> since(before, thread).nanos()).sum();
    }

    /** How many times any of them got a processor since an earlier reading. */
    long turnsSince(ThreadUse before) {
        return threads.keySet().stream().mapToLong(thread -> since(before, thread).turns()).sum();
    }

    private Used since(ThreadUse before, Task thread) {
        return threads.getOrDefault(thread, Used.NOTHING)
                .since(before.threads.getOrDefault(thread, Used.NOTHING));
    }

    /** The share of each kind of thread in that, in percent. */
    Measurement shares(ThreadUse before) {
        var shares = new Measurement();
        for (Metric kind :
                new Metric[] {Metric.EVENT_LOOPS, Metric.COMPILERS, Metric.OTHER_THREADS}) {
            double part =
                    threads.keySet().stream()
                            .filter(thread -> thread.kind() == kind)
                            .mapToLong(thread -> since(before, thread).nanos())
                            .sum();
            shares = shares.with(kind, 100 * part / since(before));
        }
        return shares;
    }
}
