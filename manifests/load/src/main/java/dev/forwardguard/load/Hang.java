package dev.forwardguard.load;

import dev.forwardguard.load.Load.Sample;
import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.testing.StubUpstream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Measures each guard, and nginx, while their upstream hangs; run by {@code hang.sh}. */
final class Hang {
    /** The guards' default deadline, which is in force here. */
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private static final int MAX_CONCURRENT = 256;
    private static final Duration TOLERANCE = Duration.ofMillis(250);
    private static final Duration FAST = Duration.ofMillis(10);

    /** The longest pause between two probes with its jitter, plus two seconds. */
    private static final Duration SOON = Duration.ofSeconds(14);

    private static final int TRIALS = 3;

    private final List<String> broken = new ArrayList<>();

    private Hang() {}

    public static void main(String[] arguments) throws IOException {
        Options options = Options.of(Set.of("--seconds", "--rate"), arguments);
        long rate = options.number("--rate", 200);
        var length = Duration.ofSeconds(options.number("--seconds", 20));
        Path directory = Files.createTempDirectory("hang");
        var hang = new Hang();
        System.out.printf(
                "The upstream hangs for %d s at %d requests/s; logs in %s%n%n",
                length.toSeconds(), rate, directory);
        for (Kind kind : List.of(Kind.BOT_BLOCK, Kind.AUTHENTIK)) {
            Outage outage = ofGuard(kind, directory, rate, length);
            print(kind.program(), outage);
            hang.judge(kind.program(), outage);
        }
        print("nginx", ofNginx(directory, rate, length));
        hang.broken.forEach(promise -> System.out.println("BROKEN: " + promise));
        System.exit(hang.broken.isEmpty() ? 0 : 1);
    }

    private static Outage ofGuard(Kind kind, Path directory, long rate, Duration length) {
        try (var upstream = StubUpstream.start();
                var guard =
                        GuardProcess.start(
                                kind.program(),
                                directory,
                                "upstream: {url: '%s'}%n".formatted(upstream.uri()),
                                "",
                                Loopback.freePort())) {
            guard.awaitHealthy();
            return Outage.of(upstream, guard.port(), kind.path(), rate, length);
        }
    }

    private static Outage ofNginx(Path directory, long rate, Duration length) throws IOException {
        try (var upstream = StubUpstream.start();
                var shim = Shim.start(directory, upstream.port())) {
            return Outage.of(upstream, shim.port(), "/auth", rate, length);
        }
    }

    private static void print(String server, Outage outage) {
        System.out.println(server);
        if (outage.opened().isPresent()) {
            Duration until = Duration.ofNanos(outage.opened().get() - outage.began());
            row("the first " + until.toMillis() + " ms", outage.before());
            row("the circuit open", outage.after());
        } else {
            row("the whole outage", outage.before());
        }
        System.out.printf("  connections held     %6d at most%n", outage.held());
        System.out.printf(
                "  recovery             %6s ms to the first verdict; %d requests reached the"
                        + " upstream before the circuit closed%n%n",
                outage.recovery().map(time -> "" + time.toMillis()).orElse("no"), outage.trials());
    }

    private static void row(String when, List<Sample> samples) {
        Map<String, Integer> answers = new TreeMap<>();
        samples.forEach(s -> answers.merge(s.status() + " " + s.reason(), 1, Integer::sum));
        System.out.printf(
                "  %-20s %6d requests, %s; %s%n",
                when, samples.size(), Latency.of(samples), answers);
    }

    private void judge(String guard, Outage outage) {
        promise(guard + ": the circuit opens", outage.opened().isPresent());
        promise(
                guard + ": no response later than the deadline plus 250 ms",
                Latency.of(outage.before()).at(1).compareTo(DEADLINE.plus(TOLERANCE)) <= 0);
        promise(
                guard + ": 99 % of the responses within 10 ms while the circuit is open",
                Latency.of(outage.after()).at(0.99).compareTo(FAST) <= 0);
        promise(
                guard + ": no more than max-concurrent connections and one for the probe",
                outage.held() <= MAX_CONCURRENT + 1);
        promise(
                guard + ": the upstream is used again soon",
                outage.recovery().filter(time -> time.compareTo(SOON) <= 0).isPresent());
        promise(guard + ": no burst of requests when it is back", outage.trials() <= TRIALS);
        promise(
                guard + ": every request is answered",
                outage.samples().stream().allMatch(sample -> sample.status() != 0));
    }

    private void promise(String what, boolean kept) {
        if (!kept) {
            broken.add(what);
        }
    }
}
