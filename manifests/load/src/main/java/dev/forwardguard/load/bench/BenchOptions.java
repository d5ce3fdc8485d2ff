package dev.forwardguard.load.bench;

import dev.forwardguard.servers.Repository;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The options of {@code bench.sh}.
 *
 * @param scenarios names or prefixes of names; empty for all but those of scaling, of the gateway
 *     and of everyday load
 * @param rounds per contender
 * @param length of one round
 * @param warmUp the longest warm-up of a guard, in seconds of load
 * @param patience how long to wait in total for the machine to be idle
 * @param checkouts whose guards are measured; the first one is this checkout
 * @param image whether guards under everyday load run from their unpacked images
 */
record BenchOptions(
        List<String> scenarios,
        int rounds,
        Duration length,
        int warmUp,
        Duration patience,
        List<Path> checkouts,
        boolean image) {
    static BenchOptions of(String... arguments) {
        List<String> scenarios = new ArrayList<>();
        List<Path> checkouts = new ArrayList<>(List.of(Repository.ROOT));
        boolean quick = false;
        boolean image = false;
        int rounds = 0;
        int seconds = 0;
        Iterator<String> rest = List.of(arguments).iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--quick" -> quick = true;
                case "--image" -> image = true;
                case "--scenario" -> scenarios.add(rest.next());
                case "--rounds" -> rounds = Integer.parseInt(rest.next());
                case "--seconds" -> seconds = Integer.parseInt(rest.next());
                case "--against" -> checkouts.add(Path.of(rest.next()).toAbsolutePath());
                default -> throw new IllegalArgumentException("no such option: " + option);
            }
        }
        return new BenchOptions(
                scenarios,
                rounds > 0 ? rounds : quick ? 2 : 5,
                Duration.ofSeconds(seconds > 0 ? seconds : quick ? 2 : 5),
                quick ? 20 : 120,
                Duration.ofMinutes(quick ? 1 : 10),
                checkouts,
                image);
    }

    boolean wants(Scenario scenario) {
        return scenarios.stream().anyMatch(scenario.name()::startsWith);
    }
}
