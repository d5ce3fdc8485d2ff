package dev.forwardguard.load;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.testing.RawAnswer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One guard under siege, on the first core, and the records about it. */
final class BesiegedGuard implements AutoCloseable {
    private static final List<String> CORE = List.of("taskset", "-c", "0");

    /** How many lines a guard may log: so many in any case, and so many a second. */
    private static final long LINES = 100;

    private static final long LINES_PER_SECOND = 1;

    /** Security events of three kinds, ten of each, and how many there were beyond. */
    private static final long LINES_ABOUT_LOGINS_PER_SECOND = 31;

    /** Late responses are not judged one by one. */
    private static final Duration ANY_TIME = Duration.ofSeconds(30);

    private final String name;
    private final Kind kind;
    private final InFlight inFlight;
    private final Judge judge;
    private final Counts counts;
    private final GuardProcess guard;
    private final Footprint footprint;
    private final Starvation starvation;
    private Duration processorTime = Duration.ZERO;
    private Duration starved = Duration.ZERO;

    /**
     * Starts a guard in a new directory.
     *
     * @param name in the report
     * @param upstream the port of its upstream
     */
    BesiegedGuard(String name, Kind kind, Path directory, InFlight inFlight, int upstream) {
        this.name = name;
        this.kind = kind;
        this.inFlight = inFlight;
        this.judge = new Judge(kind, ANY_TIME);
        this.counts = new Counts(name);
        this.guard = start(kind, created(directory), upstream);
        guard.awaitHealthy();
        this.footprint = new Footprint(guard.process().pid());
        this.starvation = new Starvation(guard.process().pid(), UsualVisitor.THREAD);
    }

    private static Path created(Path directory) {
        try {
            return Files.createDirectory(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GuardProcess start(Kind kind, Path directory, int upstream) {
        return GuardProcess.start(
                kind.program(),
                directory,
                "upstream: {url: 'http://127.0.0.1:%d'}\n".formatted(upstream),
                BruteForceLoad.htpasswd(),
                Loopback.freePort(),
                CORE);
    }

    Victim victim() {
        return new Victim(name, kind, guard.port(), guard.managementPort(), 1);
    }

    String name() {
        return name;
    }

    String path() {
        return kind.path();
    }

    int port() {
        return guard.port();
    }

    InFlight inFlight() {
        return inFlight;
    }

    Counts counts() {
        return counts;
    }

    Footprint footprint() {
        return footprint;
    }

    Starvation starvation() {
        return starvation;
    }

    /** Says what is wrong with a response to a usual visitor, or returns null. */
    @Nullable String objection(TrackedRequest request, RawAnswer answer, boolean page) {
        return page
                ? judge.objectionToPage(request, answer)
                : judge.objection(request, answer, true, answer.elapsed(), Duration.ZERO);
    }

    long pid() {
        return guard.process().pid();
    }

    boolean isAlive() {
        return ProcessHandle.of(pid()).filter(ProcessHandle::isAlive).isPresent();
    }

    void beginSiege() {
        processorTime = processorTimeSoFar().negated();
        starved = starvation.total().negated();
    }

    void endSiege() {
        processorTime = processorTime.plus(processorTimeSoFar());
        starved = starved.plus(starvation.total());
    }

    private Duration processorTimeSoFar() {
        return ProcessHandle.of(pid())
                .flatMap(handle -> handle.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    /** How long all its threads ran during the siege. */
    Duration processorTime() {
        return processorTime;
    }

    /** How long its event loops, or the visitors of this program, waited for a processor. */
    Duration starved() {
        return starved;
    }

    void sample() {
        if (isAlive()) {
            footprint.sample();
        }
    }

    long lines() {
        return guard.process().output().lines().count();
    }

    /** What this guard did not withstand. */
    List<String> broken(Duration siege) {
        List<String> broken = new ArrayList<>();
        if (!isAlive()) {
            broken.add(name + " has ended");
        }
        if (guard.process().output().contains("OutOf")) {
            broken.add(name + " was out of memory");
        }
        long perSecond = kind.failsOpen() ? LINES_PER_SECOND : LINES_ABOUT_LOGINS_PER_SECOND;
        if (lines() > LINES + perSecond * siege.toSeconds()) {
            broken.add(name + " logged " + lines() + " lines");
        }
        if (footprint.memoryGrows()) {
            broken.add(name + ": memory keeps growing");
        }
        if (counts.violations() > 0) {
            broken.add(name + " gave " + counts.violations() + " wrong responses");
        }
        return broken;
    }

    @Override
    public void close() {
        starvation.close();
        guard.close();
    }
}
