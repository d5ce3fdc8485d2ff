package dev.forwardguard.load.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The resources that a process and its descendants use, read from Linux' {@code /proc}.
 *
 * @param cpuMicros CPU time so far of all threads, user and system, in microseconds; Linux reports
 *     it in steps of 10 ms
 * @param kibibytes proportional set size: each shared page is divided among its processes
 */
record ProcessUse(long cpuMicros, long kibibytes) {
    private static final long MICROS_PER_TICK = 10_000;

    static ProcessUse of(long pid) {
        ProcessHandle root = ProcessHandle.of(pid).orElseThrow();
        return Stream.concat(Stream.of(root), root.descendants())
                .map(process -> Path.of("/proc", String.valueOf(process.pid())))
                .map(process -> new ProcessUse(cpu(process), memory(process)))
                .reduce(new ProcessUse(0, 0), ProcessUse::plus);
    }

    ProcessUse plus(ProcessUse other) {
        return new ProcessUse(cpuMicros + other.cpuMicros, kibibytes + other.kibibytes);
    }

    private static long cpu(Path process) {
        String stat = read(process.resolve("stat"));
        // after the name, which may contain anything: state is field 3, utime 14, stime 15
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return MICROS_PER_TICK * (Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
    }

    private static long memory(Path process) {
        return read(process.resolve("smaps_rollup"))
                .lines()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
