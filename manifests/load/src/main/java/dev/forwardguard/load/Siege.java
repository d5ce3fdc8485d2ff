package dev.forwardguard.load;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.testing.RefusingPort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** All attacks at once, and those who must not notice them; run by siege.sh. */
final class Siege implements AutoCloseable {
    private static final int VISITORS = 25;

    /** How many of the visitors of authentik-guard ask for pages that are passed through. */
    private static final int VISITORS_OF_PAGES = 5;

    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final Duration QUIET = Duration.ofSeconds(20);
    private static final Duration SAMPLE_INTERVAL = Duration.ofMillis(250);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final InFlight inFlight = new InFlight();
    private final SiegedUpstream upstream = new SiegedUpstream(inFlight);
    private final RefusingPort down = RefusingPort.open();
    private final Path directory;
    private final BesiegedGuard botBlock;
    private final BesiegedGuard authentik;
    private final BesiegedGuard outage;
    private final List<BesiegedGuard> guards;
    private final List<Thread> people = new ArrayList<>();
    private double otherCores;
    private volatile boolean keepRunning = true;
    private volatile SiegePhase phase = SiegePhase.begin();

    private Siege(Path directory) {
        this.directory = directory;
        this.botBlock = guard(Besiegers.BOT_BLOCK, Kind.BOT_BLOCK, upstream.port());
        this.authentik = guard(Besiegers.AUTHENTIK, Kind.AUTHENTIK, upstream.port());
        this.outage = guard(Besiegers.OUTAGE, Kind.AUTHENTIK, down.port());
        this.guards = List.of(botBlock, authentik, outage);
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options = Options.of(Set.of("--seconds", "--seed"), arguments);
        var length = Duration.ofSeconds(options.number("--seconds", 600));
        long seed = options.number("--seed", new SecureRandom().nextInt(1_000_000_000));
        Path directory = Files.createTempDirectory("siege");
        System.out.printf(
                "Siege of %d s, seed %d; logs in %s%n", length.toSeconds(), seed, directory);
        List<String> broken;
        try (var siege = new Siege(directory)) {
            broken = siege.run(length, seed);
            System.out.println();
            broken.forEach(what -> System.out.println("BROKEN: " + what));
            System.out.println(broken.isEmpty() ? "Withstood." : "Not withstood.");
        }
        System.exit(broken.isEmpty() ? 0 : 1);
    }

    private BesiegedGuard guard(String name, Kind kind, int port) {
        return new BesiegedGuard(
                name, kind, directory.resolve(name.replace(' ', '-')), inFlight, port);
    }

    private List<String> run(Duration length, long seed) throws InterruptedException {
        for (int i = 0; i < VISITORS; i++) {
            String address = Addresses.visitor(i);
            visitor(
                    new UsualVisitor(
                            botBlock, address, false, () -> phase.botBlock(), this::goesOn));
            boolean pages = i < VISITORS_OF_PAGES;
            visitor(
                    new UsualVisitor(
                            authentik,
                            address,
                            pages,
                            () -> pages ? phase.pages() : phase.authentik(),
                            this::goesOn));
        }
        visitor(
                new Operator(
                        outage,
                        () -> phase.knownOperator(),
                        () -> phase.unseenOperator(),
                        this::goesOn));
        Thread.sleep(WARM_UP);
        phase = SiegePhase.begin();
        Thread.sleep(QUIET);
        phase.print("Before the siege");
        SiegePhase siege = SiegePhase.begin();
        int status = besiege(length, seed, siege);
        siege.print("During the siege");
        guards.forEach(Siege::print);
        System.out.printf(
                "%nOther programs used %.2f cores%s%n",
                otherCores,
                OtherLoad.isLittle(otherCores)
                        ? ""
                        : ": NOT IDLE, the times say nothing about the guards");
        List<String> broken = siege.broken();
        guards.forEach(guard -> broken.addAll(guard.broken(length)));
        if (status != 0) {
            broken.add("an attacker got a wrong response");
        }
        return broken;
    }

    private boolean goesOn() {
        return keepRunning;
    }

    private void visitor(Runnable visitor) {
        people.add(Thread.ofPlatform().name(UsualVisitor.THREAD + people.size()).start(visitor));
    }

    /** Returns the exit status of the attackers. */
    private int besiege(Duration length, long seed, SiegePhase siege) throws InterruptedException {
        List<Victim> victims = guards.stream().map(BesiegedGuard::victim).toList();
        List<String> command = Besiegers.command(victims, length, seed);
        try (var attackers =
                ChildProcess.start(directory.resolve("attackers.log"), Map.of(), command)) {
            guards.forEach(BesiegedGuard::beginSiege);
            phase = siege;
            var others = new OtherLoad(programs(attackers.pid()));
            watch(length);
            otherCores = others.cores();
            phase = SiegePhase.begin();
            guards.forEach(BesiegedGuard::endSiege);
            int status = attackers.awaitExit(MINUTE);
            System.out.printf("%nAttacks, and how they ended%n%s", attackers.output());
            return status;
        }
    }

    /** All that runs for the siege: the guards, the attackers and this program. */
    private List<ProcessHandle> programs(long attackers) {
        return Stream.concat(
                        guards.stream().map(BesiegedGuard::pid),
                        Stream.of(attackers, ProcessHandle.current().pid()))
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
    }

    private void watch(Duration length) throws InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        long endOfMinute = System.nanoTime() + MINUTE.toNanos();
        while (System.nanoTime() < end) {
            Thread.sleep(SAMPLE_INTERVAL);
            guards.forEach(BesiegedGuard::sample);
            if (System.nanoTime() > endOfMinute) {
                endOfMinute += MINUTE.toNanos();
                guards.forEach(guard -> guard.footprint().endMinute());
            }
        }
        guards.forEach(guard -> guard.footprint().endMinute());
    }

    private static void print(BesiegedGuard guard) {
        System.out.printf(
                "%n%s: %d log lines, %.1f s of processor time, %.1f s without a processor%n",
                guard.name(),
                guard.lines(),
                guard.processorTime().toMillis() / 1e3,
                guard.starved().toMillis() / 1e3);
        System.out.println("  without a verdict: " + guard.counts().under("visitor"));
        System.out.println("  tries of the operator: " + guard.counts().under("operator"));
        guard.footprint().minutes().forEach(minute -> System.out.println("  " + minute));
    }

    @Override
    public void close() {
        keepRunning = false;
        people.forEach(Siege::join);
        guards.forEach(BesiegedGuard::close);
        upstream.close();
        down.close();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
