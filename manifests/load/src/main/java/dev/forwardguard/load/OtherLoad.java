package dev.forwardguard.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * How much of the processors programs that have nothing to do with a measurement used meanwhile. If
 * that is more than a little, the figures say more about the machine than about the guards.
 */
public final class OtherLoad {
    private static final Path STAT = Path.of("/proc/stat");
    private static final long TICK_MILLIS = 10;

    /** A share of one core; what the kernel does for these programs is a part of it. */
    private static final double LITTLE = 0.2;

    private final List<ProcessHandle> own;
    private final long begun = System.nanoTime();
    private final Duration before;

    /**
     * @param own the programs of the measurement; all of them still run when it is judged
     */
    OtherLoad(List<ProcessHandle> own) {
        this.own = own;
        this.before = others();
    }

    /** The average number of cores that other programs have used so far. */
    double cores() {
        Duration time = Duration.ofNanos(System.nanoTime() - begun);
        return others().minus(before).toMillis() / (double) time.toMillis();
    }

    static boolean isLittle(double cores) {
        return cores <= LITTLE;
    }

    private Duration others() {
        Duration time = Duration.ofMillis(busyTicks() * TICK_MILLIS);
        for (ProcessHandle each : own) {
            time = time.minus(each.info().totalCpuDuration().orElse(Duration.ZERO));
        }
        return time;
    }

    /** Busy ticks of all cores: all fields but 4 and 5, "idle" and "iowait". */
    public static long busyTicks() {
        try (var lines = Files.lines(STAT)) {
            long[] all =
                    Arrays.stream(lines.findFirst().orElseThrow().split(" +", -1))
                            .skip(1)
                            .limit(8)
                            .mapToLong(Long::parseLong)
                            .toArray();
            return Arrays.stream(all).sum() - all[3] - all[4];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
