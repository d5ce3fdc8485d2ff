package dev.forwardguard.manifests.load.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process and those that it has started have used so far, read from Linux' {@code /proc}.
 *
 * @param cpuMicros time on a processor, in the program and in the kernel on its behalf, of all
 *     threads; Linux tells it in steps of 10 ms
 * @param kibibytes memory in RAM; what is shared counts once for all that share it
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

    private ProcessUse plus(ProcessUse other) {
        return new ProcessUse(cpuMicros + other.cpuMicros, kibibytes + other.kibibytes);
    }

    private static long cpu(Path process) {
        String stat = read(process.resolve("stat"));
        // behind the name, which may hold anything: state is field 3, utime 14, stime 15
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
