package dev.forwardguard.manifests.load.bench;

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

/** The guards beside nginx and haproxy; {@code bench.sh} runs it. */
final class Bench implements AutoCloseable {
    private static final Path OUTPUT = Path.of("local/.local/bench");

    /**
     * A guard that does not gain as much any more, ten times in a row, is as fast as it gets. It
     * has to share its core with Java's compilers, so it gets slower in between; with five times in
     * a row some were measured before the last of the event loop was compiled, at 50,000 requests/s
     * instead of 60,000.
     */
    private static final double STEADY = 0.03;

    private static final int TIMES = 10;

    /**
     * After a minute Micrometer's timer clears its oldest part for the first time, in a branch that
     * the compiler had left out, so it compiles again all that comes with an answer: a second of
     * its own time, and of the interpreter for the questions meanwhile.
     */
    private static final Duration YOUTH = Duration.ofSeconds(65);

    private static final Duration GLANCE = Duration.ofSeconds(2);

    private final BenchOptions options;
    private final Path directory;
    private final Map<Key, Running> running = new HashMap<>();
    private final Results results = new Results();
    private final Quiet quiet;

    /** A contender serves several scenarios if they have the same upstream. */
    private record Key(Contender contender, int upstream) {}

    private Bench(BenchOptions options, Path directory) {
        this.options = options;
        this.directory = directory;
        this.quiet = new Quiet(options.patience());
    }

    public static void main(String[] arguments) throws IOException {
        BenchOptions options = BenchOptions.of(arguments);
        Path directory = Files.createTempDirectory("bench");
        System.err.println("Logs are in " + directory);
        // Ctrl-C ends this without closing anything
        Runtime.getRuntime().addShutdownHook(new Thread(Bench::endChildren, "end-children"));
        Results results;
        try (var upstream = BenchUpstream.start(directory);
                var hanging = StubUpstream.start();
                var nobody = RefusingPort.open();
                var bench = new Bench(options, directory)) {
            var scenarios = new Scenarios(upstream, hanging, nobody.port(), options.checkouts());
            results = bench.run(bench.chosen(scenarios));
        }
        print(results);
        boolean passed =
                Bar.ALL.stream()
                        .allMatch(bar -> bar.measured(results).map(bar::passes).orElse(true));
        System.exit(passed && results.wrong() == 0 ? 0 : 1);
    }

    private static void endChildren() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
    }

    private List<Scenario> chosen(Scenarios scenarios) {
        if (options.scenarios().isEmpty()) {
            return scenarios.usual();
        }
        List<Scenario> all = new ArrayList<>(scenarios.usual());
        all.addAll(scenarios.scaling());
        List<Scenario> chosen = all.stream().filter(options::wants).toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException(
                    "there are " + all.stream().map(Scenario::name).toList());
        }
        return chosen;
    }

    private Results run(List<Scenario> scenarios) {
        for (Scenario scenario : scenarios) {
            System.err.println(scenario.title() + " …");
            boolean once = scenario.trial() instanceof Hanging;
            for (Contender contender : scenario.contenders()) {
                warmUp(contender, scenario);
            }
            for (int round = 0; round < (once ? 1 : options.rounds()); round++) {
                List<Contender> turn = new ArrayList<>(scenario.contenders());
                Collections.rotate(turn, -round);
                for (Contender contender : turn) {
                    quiet.await();
                    Measurement measured =
                            scenario.trial()
                                    .measure(of(contender, scenario), scenario, options.length());
                    results.add(scenario, contender, measured);
                    System.err.printf("  %s: %s%n", contender.name(), measured);
                }
            }
        }
        System.err.println(quiet);
        return results;
    }

    private Running of(Contender contender, Scenario scenario) {
        return running.computeIfAbsent(
                new Key(contender, scenario.upstream()),
                key ->
                        contender.start(
                                BenchRig.at(directory, scenario.upstream(), contender.cores())));
    }

    /** Until it has opened its connections, and until it does not get faster any more. */
    private void warmUp(Contender contender, Scenario scenario) {
        Running server = of(contender, scenario);
        if (scenario.trial() instanceof Hanging) {
            return;
        }
        var load = scenario.trial() instanceof Saturation own ? own : new Saturation(64, false);
        double best = load.measure(server, scenario, GLANCE).cpu();
        int rest = contender.warmsUp() ? options.warmUp() : 0;
        int noBetter = 0;
        for (int second = 0;
                second < rest && noBetter < TIMES;
                second += (int) GLANCE.toSeconds()) {
            double now = load.measure(server, scenario, GLANCE).cpu();
            boolean gains = now < best * (1 - STEADY);
            noBetter = gains || server.age().compareTo(YOUTH) < 0 ? 0 : noBetter + 1;
            best = Math.min(best, now);
        }
        Trial.check(server, scenario);
    }

    private static void print(Results results) throws IOException {
        String markdown = new Report(results).markdown();
        Files.createDirectories(OUTPUT);
        Files.writeString(OUTPUT.resolve("table.md"), markdown);
        Files.writeString(OUTPUT.resolve("plot.svg"), new Plot(results).svg());
        System.out.println(markdown);
        System.out.println(
                "Table and plot are in manifests/"
                        + OUTPUT
                        + ". Wrong answers: "
                        + (long) results.wrong());
    }

    @Override
    public void close() {
        running.values().forEach(Running::close);
    }
}
