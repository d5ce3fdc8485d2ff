package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.TcpBalancer.OnRefusal;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Two replicas of authentik-guard behind Traefik while one of them is replaced, dies or stops. */
class ReplicasBehindTraefikIT {
    private static final int VISITORS = 8;

    /** Rounds of rolling restarts, in each of which both replicas are replaced. */
    private static final int ROUNDS = 10;

    private static final Duration GRACE = Duration.ofSeconds(60);

    /** Of an auth request in Traefik. */
    private static final Duration LIMIT_OF_TRAEFIK = Duration.ofSeconds(30);

    private static final Duration MARGIN = Duration.ofSeconds(10);

    @TempDir private Path directory;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Deque<GuardProcess> replicas = new ArrayDeque<>();
    private final StubUpstream outpost = started(StubUpstream.start(Upstreams.outpost()));
    private final TcpBalancer balancer = started(TcpBalancer.start());
    private Gateway.Running traefik;
    private Visits visits;
    private int number;

    @BeforeEach
    void start() throws IOException {
        StubUpstream fountain = started(StubUpstream.start(Upstreams.poisonFountain()));
        StubUpstream application = started(StubUpstream.start(Upstreams.application()));
        GuardProcess bots = guard("bot-block-guard", fountain);
        outpost.remembers(_ -> false);
        fountain.remembers(_ -> false);
        application.remembers(_ -> false);
        add(replica());
        add(replica());
        bots.awaitHealthy();
        Map<String, String> addresses =
                Map.of(
                        "bot-block-guard:8080", "127.0.0.1:" + bots.port(),
                        "authentik-guard:9000", "127.0.0.1:" + balancer.port(),
                        "application:8080", "127.0.0.1:" + application.port(),
                        "website:8080", "127.0.0.1:" + application.port());
        traefik = HomelabTraefik.start(directory, addresses);
        started(traefik.process());
        TlsTunnel tunnel = started(TlsTunnel.open(traefik.httpsPort(), traefik.trusted()));
        visits = started(Visits.begin(RawHttp.to(tunnel.port()), VISITORS));
        awaitVisits(10 * VISITORS);
    }

    @AfterEach
    void end() throws Exception {
        while (!running.isEmpty()) {
            running.pop().close();
        }
    }

    /** As a rollout does it, which does not wait for the end of the old pod. */
    @Test
    void rollingRestartsLoseNoRequest() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            List<GuardProcess> old = List.copyOf(replicas);
            for (GuardProcess each : old) {
                add(replica());
                replicas.remove(each);
                each.process().terminate();
            }
            for (GuardProcess each : old) {
                assertThat(each.process().awaitExit(GRACE)).isZero();
                balancer.remove(each);
            }
        }
        awaitVisits(10 * VISITORS);
        visits.finish();

        report(ROUNDS + " rolling restarts");
        assertThat(visits.failures()).isEmpty();
    }

    /** Whoever comes before the balancer knows has a new connection refused, unless it helps. */
    @ParameterizedTest
    @EnumSource
    void killedReplicaLosesOnlyRequestsInFlight(OnRefusal onRefusal) throws Exception {
        balancer.onRefusal(onRefusal);
        GuardProcess killed = replicas.getFirst();
        long before = System.nanoTime();
        killed.process().kill();
        long after = System.nanoTime();
        balancer.awaitNotReady(killed);
        long known = System.nanoTime();
        awaitVisits(10 * VISITORS);
        visits.finish();

        report("killed, " + onRefusal);
        long last = onRefusal == OnRefusal.FAIL ? known : after;
        assertThat(visits.failures())
                .allMatch(each -> each.start() <= last && each.end() >= before);
    }

    /**
     * Nobody tells Traefik that the connection is dead, so whoever is on it waits for its limit.
     */
    @Test
    void stoppedReplicaKeepsEachVisitorWaitingOnceAtMost() throws Exception {
        signal("STOP", replicas.getFirst());
        balancer.awaitNotReady(replicas.getFirst());
        visits.goOnFor(LIMIT_OF_TRAEFIK);
        awaitVisits(10 * VISITORS);
        visits.finish();

        report("stopped");
        assertThat(visits.failures())
                .hasSizeBetween(1, VISITORS)
                .allMatch(each -> each.status() == 500);
        assertThat(visits.longest()).isLessThan(LIMIT_OF_TRAEFIK.plus(MARGIN));
    }

    private void awaitVisits(int more) {
        int enough = visits.count() + more;
        traefik.process().await("visits", () -> visits.count() >= enough);
    }

    private void report(String what) {
        System.out.printf(
                "%s: %d of %d requests failed, the slowest took %d ms%n",
                what, visits.failures().size(), visits.count(), visits.longest().toMillis());
    }

    private GuardProcess replica() throws IOException {
        return guard("authentik-guard", outpost);
    }

    private void add(GuardProcess replica) {
        replica.awaitHealthy();
        balancer.add(replica);
        replicas.addLast(replica);
    }

    private GuardProcess guard(String name, StubUpstream upstream) throws IOException {
        Path own = Files.createDirectory(directory.resolve("guard-" + ++number));
        String settings = "upstream: {url: '%s'}\ndrain-delay: 5s\n".formatted(upstream.uri());
        GuardProcess guard = GuardProcess.start(name, own, settings, "");
        // SIGTERM would take the drain delay, and a stopped process does not notice it
        running.push(guard.process()::kill);
        return guard;
    }

    private void signal(String name, GuardProcess guard) {
        var command = List.of("kill", "-" + name, "" + guard.process().pid());
        try (var kill = ChildProcess.start(directory.resolve("kill.log"), Map.of(), command)) {
            assertThat(kill.awaitExit(GRACE)).isZero();
        }
    }

    private <T extends AutoCloseable> T started(T part) {
        running.push(part);
        return part;
    }
}
