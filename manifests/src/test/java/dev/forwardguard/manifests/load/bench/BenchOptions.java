package dev.forwardguard.manifests.load.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What {@code bench.sh} was told.
 *
 * @param scenarios names, or beginnings of names; empty for all but the scaling
 * @param rounds of each contender
 * @param length of one round
 * @param warmUp how many seconds of load at most until a guard has to be as fast as it gets
 * @param patience how long to wait in all until nobody else uses the machine
 * @param checkouts whose guards are measured; the first one is this
 */
record BenchOptions(
        List<String> scenarios,
        int rounds,
        Duration length,
        int warmUp,
        Duration patience,
        List<Path> checkouts) {
    static BenchOptions of(String... arguments) {
        List<String> scenarios = new ArrayList<>();
        List<Path> checkouts = new ArrayList<>(List.of(Path.of("..").toAbsolutePath().normalize()));
        boolean quick = false;
        int rounds = 0;
        int seconds = 0;
        Iterator<String> rest = List.of(arguments).iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--quick" -> quick = true;
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
                checkouts);
    }

    boolean wants(Scenario scenario) {
        return scenarios.stream().anyMatch(scenario.name()::startsWith);
    }
}
