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
 * CPU time of the threads that exist, in nanoseconds, as the scheduler counts it (Linux, {@code
 * /proc/PID/task/TID/schedstat}). More precise than the time of the process, but what ended threads
 * have used is missing.
 *
 * @param nanos by thread
 */
record ThreadUse(Map<Task, Long> nanos) {
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
        Map<Task, Long> nanos = new HashMap<>();
        Stream.concat(Stream.of(root), root.descendants())
                .map(process -> Path.of("/proc", String.valueOf(process.pid()), "task"))
                .forEach(tasks -> addAll(tasks, nanos));
        return new ThreadUse(nanos);
    }

    private static void addAll(Path tasks, Map<Task, Long> nanos) {
        try (Stream<Path> threads = Files.list(tasks)) {
            for (Path thread : threads.toList()) {
                if (Files.exists(thread)) { // it may have ended
                    String name = Files.readString(thread.resolve("comm")).strip();
                    String[] times =
                            Files.readString(thread.resolve("schedstat")).strip().split(" ", -1);
                    nanos.put(
                            new Task(String.valueOf(thread.getFileName()), name),
                            Long.parseLong(times[0]));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ThreadUse plus(ThreadUse other) {
        Map<Task, Long> both = new HashMap<>(nanos);
        both.putAll(other.nanos);
        return new ThreadUse(both);
    }

    /** What they have used since an earlier reading, in nanoseconds. */
    long since(ThreadUse before) {
        return nanos.keySet().stream().mapToLong(thread -> since(before, thread)).sum();
    }

    private long since(ThreadUse before, Task thread) {
        return nanos.getOrDefault(thread, 0L) - before.nanos.getOrDefault(thread, 0L);
    }

    /** The share of each kind of thread in that, in percent. */
    Measurement shares(ThreadUse before) {
        var shares = new Measurement();
        for (Metric kind :
                new Metric[] {Metric.EVENT_LOOPS, Metric.COMPILERS, Metric.OTHER_THREADS}) {
            double part =
                    nanos.keySet().stream()
                            .filter(thread -> thread.kind() == kind)
                            .mapToLong(thread -> since(before, thread))
                            .sum();
            shares = shares.with(kind, 100 * part / since(before));
        }
        return shares;
    }
}
