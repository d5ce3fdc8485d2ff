package dev.forwardguard.manifests.load;

import dev.forwardguard.manifests.GuardProcess;
import dev.forwardguard.manifests.Loopback;
import dev.forwardguard.manifests.load.BruteForceLoad.Party;
import dev.forwardguard.manifests.load.Load.Sample;
import dev.forwardguard.testing.RefusingPort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Logins and guesses at authentik-guard and at nginx; {@code attack.sh} runs it. */
final class Attack {
    /** Whoever is measured has this core for himself; {@code attack.sh} leaves us another one. */
    private static final List<String> CORE = List.of("taskset", "-c", "0");

    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration LONGEST_LOGIN = Duration.ofSeconds(2);
    private static final double THOUSANDS = 1000;

    /** The outpost's failures are about those without a session, and no reason to stop asking. */
    private static final String SETTINGS =
            """
            upstream: {url: 'http://127.0.0.1:%d'}
            breaker: {consecutive-failures: 1000000, failure-rate: 100, minimum-calls: 1000000}
            """;

    private final Path directory;
    private final Duration length;
    private final long guesses;
    private final List<String> broken = new ArrayList<>();
    private final Map<String, List<Double>> figures = new TreeMap<>();

    private Attack(Path directory, Duration length, long guesses) {
        this.directory = directory;
        this.length = length;
        this.guesses = guesses;
    }

    public static void main(String[] arguments) throws IOException {
        Options options =
                Options.of(Set.of("--seconds", "--rounds", "--rate", "--nginx"), arguments);
        long rounds = options.number("--rounds", 3);
        var attack =
                new Attack(
                        Files.createTempDirectory("attack"),
                        Duration.ofSeconds(options.number("--seconds", 10)),
                        options.number("--rate", 500));
        System.out.printf("Logs in %s%n", attack.directory);
        attack.run(rounds, options.number("--nginx", 1) != 0);
        attack.judge();
        attack.broken.stream().distinct().forEach(what -> System.out.println("BROKEN: " + what));
        System.exit(attack.broken.isEmpty() ? 0 : 1);
    }

    /** A server that is asked. */
    private record Server(String name, int port) {}

    private void run(long rounds, boolean withNginx) throws IOException {
        try (var outpost = BruteForceLoad.outpost(directoryOf("outpost"));
                var nobody = RefusingPort.open();
                var guard = guard(outpost.port(), SETTINGS);
                var lonely = guard(nobody.port(), "upstream: {url: 'http://127.0.0.1:%d'}\n")) {
            guard.awaitHealthy();
            lonely.awaitHealthy();
            Remembered.of(lonely.port(), WARM_UP);
            var siege = new BruteForceLoad(guard.port());
            // after which the address of those who are known is known
            siege.warmUp(WARM_UP.multipliedBy(2), guesses);
            for (int round = 1; round <= rounds; round++) {
                System.out.printf("%nRound %d%n", round);
                remembered(new Server("authentik-guard", lonely.port()));
                besiege(siege);
                if (withNginx) {
                    nginx(outpost.port(), nobody.port());
                }
            }
        }
    }

    private Path directoryOf(String name) throws IOException {
        return Files.createTempDirectory(directory, name);
    }

    private GuardProcess guard(int upstream, String settings) throws IOException {
        return GuardProcess.start(
                Kind.AUTHENTIK.program(),
                directoryOf("guard"),
                settings.formatted(upstream),
                BruteForceLoad.htpasswd(),
                Loopback.freePort(),
                CORE);
    }

    private void remembered(Server server) {
        Remembered remembered = Remembered.of(server.port(), length);
        System.out.printf(
                "  %-16s remembered login: %.0f requests/s%n",
                server.name(), remembered.perSecond());
        figure(server.name() + ", remembered logins/s", remembered.perSecond());
        promise(server.name() + ": the right user each time", remembered.wrong() == 0);
    }

    private void besiege(BruteForceLoad siege) {
        String server = "authentik-guard";
        phase(server, "quiet", siege, siege::address, List.of());
        String one = siege.address();
        attack(server, "one address", siege, () -> one);
        attack(server, "new addresses", siege, siege::address);
    }

    /** Guesses, and then logins as well. */
    private void attack(
            String server, String where, BruteForceLoad siege, Supplier<String> address) {
        phase(server, where, siege, address, List.of(Party.GUESSER));
        phase(
                server,
                where + ", logins",
                siege,
                address,
                List.of(Party.GUESSER, Party.NEW_ADDRESS, Party.KNOWN));
    }

    /** To nginx all addresses are the same. It would be busy with one phase throughout the next. */
    private void nginx(int outpost, int nobody) throws IOException {
        String server = "nginx";
        try (var shim = shim(nobody)) {
            remembered(new Server(server, shim.port()));
        }
        try (var shim = shim(outpost)) {
            var siege = new BruteForceLoad(shim.port());
            phase(server, "quiet", siege, siege::address, List.of());
            phase(server, "new addresses", siege, siege::address, List.of(Party.GUESSER));
        }
        try (var shim = shim(outpost)) {
            var siege = new BruteForceLoad(shim.port());
            phase(
                    server,
                    "new addresses, logins",
                    siege,
                    siege::address,
                    List.of(Party.GUESSER, Party.NEW_ADDRESS, Party.KNOWN));
        }
    }

    private NginxServer shim(int upstream) throws IOException {
        return Shim.startWithPasswords(
                directoryOf("nginx"), upstream, BruteForceLoad.htpasswd(), CORE);
    }

    private void phase(
            String server,
            String name,
            BruteForceLoad siege,
            Supplier<String> address,
            List<Party> others) {
        // a collection in here would look like a pause of the server
        System.gc();
        siege.run(length, guesses, address, others)
                .forEach((party, samples) -> take(server, name, party, samples));
    }

    private void take(String server, String phase, Party party, List<Sample> samples) {
        Map<String, Integer> answers = new TreeMap<>();
        samples.forEach(
                s -> answers.merge((s.status() + " " + s.reason()).strip(), 1, Integer::sum));
        Latency latency = Latency.of(samples);
        System.out.printf(
                "  %-16s %-22s %-8s %5d answers, %s; sent late by %s; %s%n",
                server, phase, party, samples.size(), latency, Latency.ofSender(samples), answers);
        String name = "%s, %s, %s".formatted(server, phase, party);
        switch (party) {
            case SESSION -> {
                figure(name + ", p50 ms", latency.millis(0.5));
                figure(name + ", p99 ms", latency.millis(0.99));
                figure(name + ", sent late, p99 ms", Latency.ofSender(samples).millis(0.99));
            }
            case GUESSER ->
                    figure(name + ", answers/s", samples.size() / (double) length.toSeconds());
            case NEW_ADDRESS, KNOWN -> {
                List<Sample> in = samples.stream().filter(BruteForceLoad::isLoggedIn).toList();
                figure(name + ", let in %", 100.0 * in.size() / samples.size());
                figure(name + ", slowest ms", Latency.of(in).millis(1));
            }
        }
        if (!server.equals("nginx")) {
            promise(
                    server + ": every answer is right (" + phase + ", " + party + ")",
                    !samples.isEmpty() && samples.stream().allMatch(party::mayGet));
        }
    }

    private void figure(String name, double value) {
        figures.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
    }

    private double median(String name) {
        List<Double> sorted = figures.getOrDefault(name, List.of()).stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get((sorted.size() - 1) / 2);
    }

    private void judge() {
        System.out.println("\nMedians");
        figures.keySet().forEach(name -> System.out.printf("  %-70s %10.1f%n", name, median(name)));
        String guard = "authentik-guard, ";
        promise(
                "thousands of remembered logins",
                median(guard + "remembered logins/s") > THOUSANDS);
        double quiet = median(guard + "quiet, SESSION, p99 ms");
        for (String where : List.of("one address", "new addresses")) {
            promise(
                    "verdicts at most twice as slow: " + where,
                    median(guard + where + ", SESSION, p99 ms") <= 2 * quiet);
            promiseLogins(guard + where + ", logins, " + Party.KNOWN);
        }
        // with guesses from new addresses nothing tells a newcomer from those who guess
        promiseLogins(guard + "one address, logins, " + Party.NEW_ADDRESS);
    }

    private void promiseLogins(String who) {
        boolean all = median(who + ", let in %") == 100;
        boolean soon = median(who + ", slowest ms") <= LONGEST_LOGIN.toMillis();
        promise("everybody gets in: " + who, all);
        promise("within two seconds: " + who, soon);
    }

    private void promise(String what, boolean kept) {
        if (!kept) {
            broken.add(what);
        }
    }
}
