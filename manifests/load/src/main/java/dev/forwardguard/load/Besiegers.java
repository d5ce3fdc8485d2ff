package dev.forwardguard.load;

import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * All attacks at once on up to three guards. A program of its own and of a lower priority than
 * {@link Siege}, which starts it: so its work and its pauses are not taken for those of a guard.
 */
final class Besiegers {
    static final String BOT_BLOCK = "bot-block-guard";
    static final String AUTHENTIK = "authentik-guard";

    /** An authentik-guard whose outpost is down. */
    static final String OUTAGE = "authentik-guard in an outage";

    private static final String MAIN = "--main-";
    private static final String MANAGEMENT = "--management-";

    /**
     * All guards, still without their ports. The three share one core, which twice as many attacks
     * keep busy: then the times are about that core, and no longer about the guards.
     */
    private static final List<Victim> VICTIMS =
            List.of(
                    new Victim(BOT_BLOCK, Kind.BOT_BLOCK, 0, 0, 0.2),
                    new Victim(AUTHENTIK, Kind.AUTHENTIK, 0, 0, 0.2),
                    new Victim(OUTAGE, Kind.AUTHENTIK, 0, 0, 0.1));

    private static final Duration LAST_RESPONSES = Duration.ofSeconds(16);

    private Besiegers() {}

    /** The command that attacks these guards. */
    static List<String> command(List<Victim> victims, Duration length, long seed) {
        String java = System.getProperty("java.home") + File.separator + "bin/java";
        List<String> command = new ArrayList<>(List.of("nice", "-n", "5", java));
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx400m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Besiegers.class.getName());
        command.addAll(List.of("--seconds", "" + length.toSeconds(), "--seed", "" + seed));
        for (Victim victim : victims) {
            command.addAll(List.of(MAIN + option(victim), "" + victim.port()));
            command.addAll(List.of(MANAGEMENT + option(victim), "" + victim.managementPort()));
        }
        return command;
    }

    private static String option(Victim victim) {
        return victim.name().replace(' ', '-');
    }

    public static void main(String[] arguments) throws InterruptedException {
        Set<String> known = new HashSet<>(Set.of("--seconds", "--seed"));
        for (Victim victim : VICTIMS) {
            known.addAll(List.of(MAIN + option(victim), MANAGEMENT + option(victim)));
        }
        Options options = Options.of(known, arguments);
        var random = new SplittableRandom(options.number("--seed", 0));
        var length = Duration.ofSeconds(options.number("--seconds", 60));
        Map<Victim, Counts> all = new LinkedHashMap<>();
        for (Victim victim : VICTIMS) {
            int port = (int) options.number(MAIN + option(victim), 0);
            int management = (int) options.number(MANAGEMENT + option(victim), 0);
            all.put(victim.at(port, management), new Counts(victim.name()));
        }
        all.keySet().removeIf(victim -> victim.port() == 0);
        attack(all, length, random);
        all.values().forEach(Besiegers::report);
        System.exit(all.values().stream().allMatch(counts -> counts.violations() == 0) ? 0 : 1);
    }

    private static void attack(
            Map<Victim, Counts> victims, Duration length, SplittableRandom random)
            throws InterruptedException {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        for (var entry : victims.entrySet()) {
            Victim victim = entry.getKey();
            Counts counts = entry.getValue();
            for (Assault assault : assaults(victim.kind())) {
                SplittableRandom own = random.split();
                threads.execute(() -> assault.run(victim, counts, length, own, threads));
            }
        }
        Thread.sleep(length.plus(LAST_RESPONSES));
    }

    private static List<Assault> assaults(Kind kind) {
        List<Assault> forBoth =
                Stream.of(CostlyHeads.all(), HeldConnections.all(), HostileRequests.all())
                        .flatMap(List::stream)
                        .toList();
        return kind.failsOpen()
                ? forBoth
                : Stream.of(forBoth, PageAttacks.all(), Guesses.all())
                        .flatMap(List::stream)
                        .toList();
    }

    private static void report(Counts counts) {
        System.out.printf("%n  %s%n", counts.guard());
        counts.under("sent")
                .forEach(
                        (attack, sent) ->
                                System.out.printf(
                                        "  %,9d %-32s %s%n",
                                        sent, attack, counts.under("ended " + attack + ":")));
    }
}
