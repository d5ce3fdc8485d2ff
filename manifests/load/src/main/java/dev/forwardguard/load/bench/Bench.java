package dev.forwardguard.load.bench;

import dev.forwardguard.servers.Repository;
import dev.forwardguard.testing.RefusingPort;
import dev.forwardguard.testing.StubUpstream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Benchmarks the guards against nginx and haproxy; run by {@code bench.sh}. */
final class Bench implements AutoCloseable {
    private static final Path OUTPUT = Repository.ROOT.resolve("manifests/local/.local/bench");

    /**
     * The warm-up ends when ten rounds in a row have not improved CPU per request by this share.
     * The guard shares its core with the JIT compilers, so it gets slower in between. With five
     * rounds, some guards were measured before the last part of the event loop was compiled, at
     * 50,000 requests/s instead of 60,000.
     */
    private static final double MIN_GAIN = 0.03;

    private static final int ROUNDS_WITHOUT_GAIN = 10;

    /**
     * The minimum age of a guard before it is measured. After a minute Micrometer's timer clears
     * its oldest bucket for the first time, in a branch that the JIT compiler had left out. It then
     * recompiles the whole response path: one second of compilation, with requests interpreted in
     * the meantime.
     */
    private static final Duration MIN_AGE = Duration.ofSeconds(65);

    private static final Duration WARM_UP_ROUND = Duration.ofSeconds(2);

    private final BenchOptions options;
    private final Path directory;
    private final Map<Key, Running> running = new HashMap<>();
    private final Results results = new Results();
    private final IdleMachine idleMachine;

    /** Scenarios with the same upstream share a running contender. */
    private record Key(Contender contender, int upstream) {}

    private Bench(BenchOptions options, Path directory) {
        this.options = options;
        this.directory = directory;
        this.idleMachine = new IdleMachine(options.patience());
    }

    public static void main(String[] arguments) throws IOException {
        BenchOptions options = BenchOptions.of(arguments);
        Path directory = Files.createTempDirectory("bench");
        System.err.println("Logs are in " + directory);
        // On Ctrl-C the JVM exits without closing anything
        Runtime.getRuntime().addShutdownHook(new Thread(Bench::endChildren, "end-children"));
        Results results;
        try (var upstream = BenchUpstream.start(directory);
                var costly = CostlyUpstream.start();
                var hanging = StubUpstream.start();
                var closedPort = RefusingPort.open();
                var bench = new Bench(options, directory)) {
            var scenarios =
                    new Scenarios(
                            upstream, costly, hanging, closedPort.port(), options.checkouts());
            var gateway = new GatewayScenarios(upstream, options.checkouts());
            var everyday = new EverydayScenarios(upstream, options.checkouts(), options.image());
            results = bench.run(bench.chosen(scenarios, gateway, everyday));
        }
        print(results);
        boolean passed =
                Bar.all(results).stream()
                        .allMatch(bar -> bar.measured(results).map(bar::passes).orElse(true));
        System.exit(passed && results.wrong() == 0 ? 0 : 1);
    }

    private static void endChildren() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
    }

    private List<Scenario> chosen(
            Scenarios scenarios, GatewayScenarios gateway, EverydayScenarios everyday) {
        if (options.scenarios().isEmpty()) {
            return scenarios.standard();
        }
        List<Scenario> all = new ArrayList<>(scenarios.standard());
        all.addAll(scenarios.scaling());
        all.addAll(gateway.all());
        all.addAll(everyday.all());
        List<Scenario> chosen = all.stream().filter(options::wants).toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException(
                    "no such scenario; there are " + all.stream().map(Scenario::name).toList());
        }
        return chosen;
    }

    private Results run(List<Scenario> scenarios) {
        for (Scenario scenario : scenarios) {
            closeAllBut(scenarios.subList(scenarios.indexOf(scenario), scenarios.size()));
            System.err.println(scenario.title() + " …");
            boolean once = scenario.trial() instanceof Hanging;
            for (Contender contender : scenario.contenders()) {
                warmUp(contender, scenario);
            }
            for (int round = 0; round < (once ? 1 : options.rounds()); round++) {
                List<Contender> turn = new ArrayList<>(scenario.contenders());
                Collections.rotate(turn, -round);
                for (Contender contender : turn) {
                    idleMachine.await();
                    Measurement measured =
                            scenario.trial()
                                    .measure(
                                            of(contender, scenario),
                                            scenario,
                                            options.length()
                                                    .multipliedBy(scenario.trial().stretch()));
                    results.add(scenario, contender, measured);
                    System.err.printf("  %s: %s%n", contender.name(), measured);
                }
            }
        }
        System.err.println(idleMachine);
        return results;
    }

    /** Ends the contenders that no further scenario uses: a guard is never quite idle. */
    private void closeAllBut(List<Scenario> further) {
        Set<Key> used =
                further.stream()
                        .flatMap(
                                scenario ->
                                        scenario.contenders().stream()
                                                .map(each -> new Key(each, scenario.upstream())))
                        .collect(Collectors.toSet());
        running.entrySet().stream()
                .filter(entry -> !used.contains(entry.getKey()))
                .forEach(entry -> entry.getValue().close());
        running.keySet().retainAll(used);
    }

    private Running of(Contender contender, Scenario scenario) {
        return running.computeIfAbsent(
                new Key(contender, scenario.upstream()),
                key ->
                        contender.start(
                                BenchRig.at(directory, scenario.upstream(), contender.cores())));
    }

    /**
     * Sends load until the contender has opened its connections and does not get faster. Everyday
     * load is its own warm-up: a guard that only everyday load has compiled is another one than
     * after saturation.
     */
    private void warmUp(Contender contender, Scenario scenario) {
        Running server = of(contender, scenario);
        if (scenario.trial() instanceof Hanging) {
            return;
        }
        Trial load =
                switch (scenario.trial()) {
                    case Saturation own -> own;
                    case Paced own -> own;
                    case Pages own -> own;
                    case Idle own -> own;
                    default -> new Saturation(64, false);
                };
        double best = load.measure(server, scenario, WARM_UP_ROUND).of(Metric.CPU);
        int rest = contender.hasGuard() ? options.warmUp() : 0;
        int noBetter = 0;
        for (int second = 0;
                second < rest && noBetter < ROUNDS_WITHOUT_GAIN;
                second += (int) WARM_UP_ROUND.toSeconds()) {
            double now = load.measure(server, scenario, WARM_UP_ROUND).of(Metric.CPU);
            boolean gains = now < best * (1 - MIN_GAIN);
            noBetter = gains || server.age().compareTo(MIN_AGE) < 0 ? 0 : noBetter + 1;
            best = Math.min(best, now);
        }
        if (!(scenario.trial() instanceof Idle)) { // both guards, which have different paths
            Trial.check(server, scenario);
        }
    }

    private static void print(Results results) throws IOException {
        String markdown = new Report(results).markdown();
        Files.createDirectories(OUTPUT);
        Files.writeString(OUTPUT.resolve("table.md"), markdown);
        Files.writeString(OUTPUT.resolve("plot.svg"), new Plot(results).svg());
        System.out.println(markdown);
        System.out.println(
                "Table and plot are in " + OUTPUT + ". Wrong responses: " + (long) results.wrong());
    }

    @Override
    public void close() {
        running.values().forEach(Running::close);
    }
}
