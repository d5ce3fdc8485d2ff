package dev.forwardguard.load;

import dev.forwardguard.load.BruteForceLoad.Party;
import dev.forwardguard.load.Load.Sample;
import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
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

/** A brute-force attack on authentik-guard and on nginx, with logins; run by {@code attack.sh}. */
final class Attack {
    /** The core of the server under test; {@code attack.sh} runs this program on another one. */
    private static final List<String> CORE = List.of("taskset", "-c", "0");

    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration LONGEST_LOGIN = Duration.ofSeconds(2);
    private static final double THOUSANDS = 1000;

    /** The circuit must stay closed: the outpost only fails for requests without a session. */
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

    /** A server under test. */
    private record Server(String name, int port) {}

    private void run(long rounds, boolean withNginx) throws IOException {
        try (var outpost = BruteForceLoad.outpost(directoryOf("outpost"));
                var closedPort = RefusingPort.open();
                var guard = guard(outpost.port(), SETTINGS);
                var guardInOutage =
                        guard(closedPort.port(), "upstream: {url: 'http://127.0.0.1:%d'}\n")) {
            guard.awaitHealthy();
            guardInOutage.awaitHealthy();
            RememberedLogins.of(guardInOutage.port(), WARM_UP);
            var load = new BruteForceLoad(guard.port());
            // makes the address of TRUSTED_ADDRESS trusted
            load.warmUp(WARM_UP.multipliedBy(2), guesses);
            for (int round = 1; round <= rounds; round++) {
                System.out.printf("%nRound %d%n", round);
                remembered(new Server("authentik-guard", guardInOutage.port()));
                underAttack(load);
                if (withNginx) {
                    nginx(outpost.port(), closedPort.port());
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
        RememberedLogins remembered = RememberedLogins.of(server.port(), length);
        System.out.printf(
                "  %-16s remembered login: %.0f requests/s%n",
                server.name(), remembered.perSecond());
        figure(server.name() + ", remembered logins/s", remembered.perSecond());
        promise(server.name() + ": the right user each time", remembered.wrong() == 0);
    }

    private void underAttack(BruteForceLoad load) {
        String server = "authentik-guard";
        phase(server, "quiet", load, load::address, List.of());
        String one = load.address();
        attack(server, "one address", load, () -> one);
        attack(server, "new addresses", load, load::address);
    }

    /** Measures an attack, first without and then with logins. */
    private void attack(
            String server, String where, BruteForceLoad load, Supplier<String> address) {
        phase(server, where, load, address, List.of(Party.ATTACKER));
        phase(
                server,
                where + ", logins",
                load,
                address,
                List.of(Party.ATTACKER, Party.NEW_ADDRESS, Party.TRUSTED_ADDRESS));
    }

    /**
     * Measures nginx, for which all addresses are alike. The last phase gets a new nginx: the first
     * would still be busy with the phase before.
     */
    private void nginx(int outpost, int closedPort) throws IOException {
        String server = "nginx";
        try (var shim = shim(closedPort)) {
            remembered(new Server(server, shim.port()));
        }
        try (var shim = shim(outpost)) {
            var load = new BruteForceLoad(shim.port());
            phase(server, "quiet", load, load::address, List.of());
            phase(server, "new addresses", load, load::address, List.of(Party.ATTACKER));
        }
        try (var shim = shim(outpost)) {
            var load = new BruteForceLoad(shim.port());
            phase(
                    server,
                    "new addresses, logins",
                    load,
                    load::address,
                    List.of(Party.ATTACKER, Party.NEW_ADDRESS, Party.TRUSTED_ADDRESS));
        }
    }

    private NginxServer shim(int upstream) throws IOException {
        return Shim.startWithPasswords(
                directoryOf("nginx"), upstream, BruteForceLoad.htpasswd(), CORE);
    }

    private void phase(
            String server,
            String name,
            BruteForceLoad load,
            Supplier<String> address,
            List<Party> others) {
        // a collection during the phase would look like a pause of the server
        System.gc();
        load.run(length, guesses, address, others)
                .forEach((party, samples) -> take(server, name, party, samples));
    }

    private void take(String server, String phase, Party party, List<Sample> samples) {
        Map<String, Integer> answers = new TreeMap<>();
        samples.forEach(
                s -> answers.merge((s.status() + " " + s.reason()).strip(), 1, Integer::sum));
        Latency latency = Latency.of(samples);
        System.out.printf(
                "  %-16s %-22s %-15s %5d responses, %s; sent late by %s; %s%n",
                server, phase, party, samples.size(), latency, Latency.ofSender(samples), answers);
        String name = "%s, %s, %s".formatted(server, phase, party);
        switch (party) {
            case SESSION -> {
                figure(name + ", p50 ms", latency.millis(0.5));
                figure(name + ", p99 ms", latency.millis(0.99));
                figure(name + ", sent late, p99 ms", Latency.ofSender(samples).millis(0.99));
            }
            case ATTACKER ->
                    figure(name + ", responses/s", samples.size() / (double) length.toSeconds());
            case NEW_ADDRESS, TRUSTED_ADDRESS -> {
                List<Sample> in = samples.stream().filter(BruteForceLoad::isLoggedIn).toList();
                figure(name + ", logged in %", 100.0 * in.size() / samples.size());
                figure(name + ", slowest ms", Latency.of(in).millis(1));
            }
        }
        if (!server.equals("nginx")) {
            promise(
                    server + ": every response is right (" + phase + ", " + party + ")",
                    !samples.isEmpty() && samples.stream().allMatch(party::accepts));
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
                "thousands of remembered logins per second",
                median(guard + "remembered logins/s") > THOUSANDS);
        double quiet = median(guard + "quiet, SESSION, p99 ms");
        for (String where : List.of("one address", "new addresses")) {
            promise(
                    "verdicts at most twice as slow: " + where,
                    median(guard + where + ", SESSION, p99 ms") <= 2 * quiet);
            promiseLogins(guard + where + ", logins, " + Party.TRUSTED_ADDRESS);
        }
        // while guesses come from new addresses, nothing distinguishes NEW_ADDRESS from an attacker
        promiseLogins(guard + "one address, logins, " + Party.NEW_ADDRESS);
    }

    private void promiseLogins(String who) {
        boolean all = median(who + ", logged in %") == 100;
        boolean soon = median(who + ", slowest ms") <= LONGEST_LOGIN.toMillis();
        promise("every login succeeds: " + who, all);
        promise("logins within two seconds: " + who, soon);
    }

    private void promise(String what, boolean kept) {
        if (!kept) {
            broken.add(what);
        }
    }
}
