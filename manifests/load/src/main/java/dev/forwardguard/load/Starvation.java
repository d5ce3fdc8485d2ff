package dev.forwardguard.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Measures how long the event loops of a guard, and the threads of this program, were ready to run
 * but waited for a processor, as Linux counts it in {@code schedstat}. On a busy machine responses
 * are late by as much, which is not the guard's fault.
 */
final class Starvation implements AutoCloseable {
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(50);
    private static final String CARRIERS = "ForkJoinPool";
    private static final long KEPT = TimeUnit.SECONDS.toNanos(30);

    private final Threads guard;
    private final Threads own;

    /** The end of each interval, and how long threads waited in it; nanoseconds. */
    private final ConcurrentNavigableMap<Long, Long> waits = new ConcurrentSkipListMap<>();

    private volatile boolean closed;
    private final LongAdder total = new LongAdder();

    /** For a program whose visitors are virtual threads. */
    Starvation(long pid) {
        this(pid, List.of(CARRIERS));
    }

    /** For a program whose visitors are threads with this prefix. */
    Starvation(long pid, String visitors) {
        this(pid, List.of(CARRIERS, visitors));
    }

    private Starvation(long pid, List<String> visitors) {
        this.guard = new Threads(pid, List.of("default-"));
        this.own = new Threads(ProcessHandle.current().pid(), visitors);
        Thread.ofPlatform().daemon().name("starvation").start(this::watch);
    }

    /** The time waited between these two readings of {@link System#nanoTime}. */
    Duration between(long from, long to) {
        long sum =
                waits.subMap(from, true, to + 2 * INTERVAL, true).values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
        return Duration.ofNanos(sum);
    }

    Duration total() {
        return Duration.ofNanos(total.sum());
    }

    private void watch() {
        try {
            while (!closed) {
                LockSupport.parkNanos(INTERVAL);
                long now = System.nanoTime();
                long wait = guard.longestWait() + own.longestWait();
                waits.put(now, wait);
                total.add(wait);
                waits.headMap(now - KEPT).clear();
            }
        } catch (IOException e) {
            // the guard has exited, which the visitors will report
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    /** The threads of a process whose names start with one of these prefixes. */
    private static final class Threads {
        private final Path tasks;
        private final List<String> prefixes;
        private final Map<Path, Long> waited = new HashMap<>();

        Threads(long pid, List<String> prefixes) {
            this.tasks = Path.of("/proc", Long.toString(pid), "task");
            this.prefixes = prefixes;
        }

        /** The longest that one thread has waited since the last call, in nanoseconds. */
        long longestWait() throws IOException {
            long longest = 0;
            try (Stream<Path> all = Files.list(tasks)) {
                for (Path task : all.toList()) {
                    longest = Math.max(longest, waitOf(task));
                }
            }
            return longest;
        }

        private boolean isWatched(String name) {
            return prefixes.stream().anyMatch(name::startsWith);
        }

        private long waitOf(Path task) {
            try {
                Long before = waited.get(task);
                if (before == null && !isWatched(Files.readString(task.resolve("comm")))) {
                    waited.put(task, -1L);
                    return 0;
                }
                if (before != null && before < 0) {
                    return 0;
                }
                String[] schedule = Files.readString(task.resolve("schedstat")).split(" ", -1);
                long now = Long.parseLong(schedule[1]);
                waited.put(task, now);
                return before == null ? 0 : now - before;
            } catch (IOException _) {
                return 0; // the thread has just exited
            }
        }
    }
}
