package dev.forwardguard.load;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.testing.BlackholePort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** One guard in the soak test, its upstream, and the records about both. */
final class SoakedGuard implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final Duration TOLERANCE = Duration.ofMillis(250);

    /** How many more files than right after its start a guard may keep open for itself. */
    private static final int OWN_FILES = 16;

    private static final Duration SETTLE_TIME = Duration.ofSeconds(15);

    private final Kind kind;
    private final Path directory;
    private final String password;
    private final InFlight inFlight = new InFlight();
    private final Counts counts;
    private final FaultyUpstream upstream;
    private final BlackholePort blackhole = BlackholePort.open();
    private final GuardProcess guard;
    private final Footprint footprint;
    private final Starvation starvation;
    private final Footprint.Sample fresh;
    private int mostConnections;

    SoakedGuard(Kind kind, Path directory, String password) {
        this.kind = kind;
        this.directory = directory;
        this.password = password;
        this.counts = new Counts(kind.program());
        this.upstream = new FaultyUpstream(kind, inFlight, counts, SoakRequests.basic(password));
        this.guard =
                GuardProcess.start(
                        kind.program(),
                        directory,
                        settings(upstream.port()),
                        htpasswd(),
                        Loopback.freePort());
        guard.awaitHealthy();
        this.footprint = new Footprint(guard.process().pid());
        this.fresh = footprint.now();
        this.starvation = new Starvation(guard.process().pid());
    }

    private static String settings(int port) {
        return """
        upstream:
          url: http://127.0.0.1:%d
          connect-timeout: 500ms
          read-timeout: 700ms
          deadline: %dms
        breaker:
          probe-interval: 500ms
          probe-max-interval: 2s
        """
                .formatted(port, DEADLINE.toMillis());
    }

    private String htpasswd() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1")
                            .digest(password.getBytes(StandardCharsets.UTF_8));
            return Judge.USER + ":{SHA}" + Base64.getEncoder().encodeToString(digest) + "\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    List<Visitor> visitors(int count, SplittableRandom random, BooleanSupplier keepRunning) {
        var judge = new Judge(kind, DEADLINE.plus(TOLERANCE));
        List<Visitor> visitors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            visitors.add(
                    new Visitor(
                            kind,
                            guard.port(),
                            inFlight,
                            judge,
                            counts,
                            starvation,
                            password,
                            random.split(),
                            keepRunning));
        }
        return visitors;
    }

    /** Changes how the upstream behaves; for a blackhole the guard is sent to another port. */
    void change(FaultWindow window) {
        counts.count("window " + window.level());
        boolean blackholed = window.level() == FaultWindow.Level.BLACKHOLE;
        setUpstreamPort(blackholed ? blackhole.port() : upstream.port());
        upstream.change(window);
    }

    private void setUpstreamPort(int port) {
        try {
            // atomically, as a mounted ConfigMap changes
            Path next = directory.resolve(kind.program() + ".new");
            Files.writeString(next, settings(port));
            Files.move(
                    next,
                    directory.resolve(kind.program() + ".yml"),
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void sample() {
        footprint.sample();
        mostConnections = Math.max(mostConnections, upstream.openConnections());
    }

    void endMinute() {
        footprint.endMinute();
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

    int mostConnections() {
        return mostConnections;
    }

    /** Checks, after all visitors are done, that memory and files did not grow or leak. */
    void judgeFootprint() throws InterruptedException {
        if (footprint.memoryGrows()) {
            counts.violation("memory keeps growing", footprint.minutes());
        }
        if (footprint.filesGrow()) {
            counts.violation("connections keep growing", footprint.minutes());
        }
        upstream.closeConnections();
        long end = System.nanoTime() + SETTLE_TIME.toNanos();
        while (footprint.now().files() > fresh.files() + OWN_FILES) {
            if (System.nanoTime() > end) {
                counts.violation("connections leak", fresh + " " + footprint.now());
                return;
            }
            Thread.sleep(100);
        }
    }

    @Override
    public void close() {
        starvation.close();
        guard.close();
        upstream.close();
        blackhole.close();
    }
}
