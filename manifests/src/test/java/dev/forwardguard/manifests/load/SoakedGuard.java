package dev.forwardguard.manifests.load;

import dev.forwardguard.manifests.GuardProcess;
import dev.forwardguard.manifests.Loopback;
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

/** One guard, its upstream, and all that is known about them. */
final class SoakedGuard implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final Duration TOLERANCE = Duration.ofMillis(250);

    /** What a guard may keep open for itself that it did not need when it had just started. */
    private static final int OWN_FILES = 16;

    private static final Duration REST = Duration.ofSeconds(15);

    private final Kind kind;
    private final Path directory;
    private final String password;
    private final InFlight inFlight = new InFlight();
    private final Counts counts;
    private final FickleUpstream upstream;
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
        this.upstream = new FickleUpstream(kind, inFlight, counts, Visitor.basic(password));
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

    List<Visitor> visitors(int count, SplittableRandom random, BooleanSupplier goOn) {
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
                            goOn));
        }
        return visitors;
    }

    /** The upstream behaves like this from now on; a blackhole is somewhere else. */
    void turn(FaultWindow window) {
        counts.count("weather " + window.weather());
        boolean lost = window.weather() == FaultWindow.Weather.BLACKHOLE;
        point(lost ? blackhole.port() : upstream.port());
        upstream.turn(window);
    }

    private void point(int port) {
        try {
            // in one step, as a mounted ConfigMap changes
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

    /** When all visitors have gone: memory and files did not grow, and nothing is held any more. */
    void judgeFootprint() throws InterruptedException {
        if (footprint.memoryGrows()) {
            counts.violation("memory grows", footprint.minutes());
        }
        if (footprint.filesGrow()) {
            counts.violation("connections grow", footprint.minutes());
        }
        upstream.hangUp();
        long end = System.nanoTime() + REST.toNanos();
        while (footprint.now().files() > fresh.files() + OWN_FILES) {
            if (System.nanoTime() > end) {
                counts.violation("connections are left behind", fresh + " " + footprint.now());
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
