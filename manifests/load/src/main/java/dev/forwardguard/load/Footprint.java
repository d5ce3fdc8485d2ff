package dev.forwardguard.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Memory and open files of a process by minute, read from Linux' {@code /proc}. */
final class Footprint {
    /** Smaller growth is noise: garbage collection, compilation, bursts of connections. */
    private static final long KIBIBYTES = 8 * 1024;

    private static final long FILES = 64;

    private final Path process;
    private final List<Sample> minute = new ArrayList<>();
    private final List<Sample> minutes = new ArrayList<>();

    /**
     * @param kibibytes resident memory
     * @param files file descriptors, mostly connections
     */
    record Sample(long kibibytes, long files) {}

    Footprint(long pid) {
        this.process = Path.of("/proc", Long.toString(pid));
    }

    Sample now() {
        try (var files = Files.list(process.resolve("fd"))) {
            long kibibytes =
                    Files.readAllLines(process.resolve("status")).stream()
                            .filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                            .findFirst()
                            .orElseThrow();
            return new Sample(kibibytes, files.count());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void sample() {
        minute.add(now());
    }

    /** Ends a minute; its value is the median of the samples since the last call. */
    void endMinute() {
        if (!minute.isEmpty()) {
            minutes.add(
                    new Sample(
                            median(minute.stream().map(Sample::kibibytes).toList()),
                            median(minute.stream().map(Sample::files).toList())));
            minute.clear();
        }
    }

    List<Sample> minutes() {
        return minutes;
    }

    boolean memoryGrows() {
        return grows(minutes.stream().map(Sample::kibibytes).toList(), KIBIBYTES);
    }

    boolean filesGrow() {
        return grows(minutes.stream().map(Sample::files).toList(), FILES);
    }

    /**
     * Returns whether a value keeps growing after the warm-up: each of the last five minutes is
     * above the one before, and the total growth is more than noise.
     */
    static boolean grows(List<Long> medians, long noise) {
        if (medians.size() < 8) {
            return false;
        }
        List<Long> last = medians.subList(medians.size() - 6, medians.size());
        for (int i = 1; i < last.size(); i++) {
            if (last.get(i) <= last.get(i - 1)) {
                return false;
            }
        }
        return last.getLast() - last.getFirst() > noise;
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
