package dev.forwardguard.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Soak test of both guards, with faulty upstreams and visitors of all kinds; run by soak.sh. */
final class Soak {
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration SAMPLE_INTERVAL = Duration.ofMillis(250);

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<SoakedGuard> guards = new ArrayList<>();
    private final Duration length;
    private final long seed;
    private final int visitors;
    private volatile boolean keepRunning = true;

    private Soak(Duration length, long seed, int visitors) {
        this.length = length;
        this.seed = seed;
        this.visitors = visitors;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options = Options.of(Set.of("--seconds", "--seed", "--visitors"), arguments);
        var length = Duration.ofSeconds(options.number("--seconds", 600));
        long seed = options.number("--seed", new SecureRandom().nextInt(1_000_000_000));
        int visitors = (int) options.number("--visitors", 48);
        System.exit(run(length, seed, visitors) == 0 ? 0 : 1);
    }

    /** Returns the number of violations. */
    static long run(Duration length, long seed, int visitors)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("soak");
        var soak = new Soak(length, seed, visitors);
        System.out.printf(
                "Soak of %d s, seed %d, %d visitors for each guard; logs in %s%n",
                length.toSeconds(), seed, visitors, directory);
        try {
            for (Kind kind : List.of(Kind.BOT_BLOCK, Kind.AUTHENTIK)) {
                soak.guards.add(new SoakedGuard(kind, directory, password()));
            }
            soak.run();
            soak.report();
        } finally {
            soak.guards.forEach(SoakedGuard::close);
        }
        return soak.violations();
    }

    private static String password() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private void run() throws InterruptedException {
        var random = new SplittableRandom(seed);
        for (SoakedGuard guard : guards) {
            List<Visitor> all = guard.visitors(visitors, random.split(), () -> keepRunning);
            SplittableRandom faultRandom = random.split();
            threads.execute(all.getFirst());
            threads.execute(() -> afterWarmUp(guard, all, faultRandom));
        }
        long end = System.nanoTime() + length.toNanos();
        long endOfMinute = System.nanoTime() + MINUTE.toNanos();
        while (System.nanoTime() < end) {
            Thread.sleep(SAMPLE_INTERVAL);
            guards.forEach(SoakedGuard::sample);
            if (System.nanoTime() > endOfMinute) {
                endOfMinute += MINUTE.toNanos();
                endMinute();
            }
        }
        keepRunning = false;
        threads.shutdown();
        if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("visitors are still waiting for responses");
        }
        for (SoakedGuard guard : guards) {
            guard.judgeFootprint();
        }
    }

    /** Starts with one visitor, since a JVM that has just started is too slow for all of them. */
    private void afterWarmUp(SoakedGuard guard, List<Visitor> visitors, SplittableRandom random) {
        try {
            Thread.sleep(WARM_UP);
            visitors.stream().skip(1).forEach(threads::execute);
            while (keepRunning) {
                FaultWindow window = FaultWindow.next(random);
                guard.change(window);
                Thread.sleep(window.length());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void endMinute() {
        for (SoakedGuard guard : guards) {
            guard.endMinute();
            System.out.printf(
                    "  %s: %,d requests, %d violations, %s%n",
                    guard.counts().guard(),
                    guard.counts().total("decision"),
                    guard.counts().violations(),
                    guard.footprint().minutes().getLast());
        }
    }

    private void report() {
        for (SoakedGuard guard : guards) {
            Counts counts = guard.counts();
            System.out.printf("%n%s%n", counts.guard());
            System.out.printf("  %,11d requests answered%n", counts.total("decision"));
            System.out.printf(
                    "  %,11d requests and %,d probes reached the upstream, over at most %d"
                            + " connections; %,d of them got a fault, of %d kinds%n",
                    counts.count("upstream", "requests"),
                    counts.count("upstream", "probes"),
                    guard.mostConnections(),
                    counts.total("fault"),
                    counts.under("fault").size());
            for (String heading : List.of("window", "visit", "decision", "reason", "violation")) {
                table(heading, counts.under(heading));
            }
            System.out.printf(
                    "  %,11d late responses excused, after %,d ms without a processor%n",
                    counts.count("excused", "late responses"),
                    guard.starvation().total().toMillis());
            System.out.printf("  memory and open files by minute:%n");
            guard.footprint()
                    .minutes()
                    .forEach(
                            sample ->
                                    System.out.printf(
                                            "  %,8d KiB %5d%n",
                                            sample.kibibytes(), sample.files()));
        }
        System.out.printf(
                "%n%,d requests, %d violations; seed %d%n",
                guards.stream().mapToLong(guard -> guard.counts().total("decision")).sum(),
                violations(),
                seed);
    }

    private static void table(String heading, Map<String, Long> counts) {
        System.out.printf("  by %s:%n", heading);
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .forEach(
                        count ->
                                System.out.printf(
                                        "  %,11d %s%n", count.getValue(), count.getKey()));
    }

    private long violations() {
        return guards.stream().mapToLong(guard -> guard.counts().violations()).sum();
    }
}
