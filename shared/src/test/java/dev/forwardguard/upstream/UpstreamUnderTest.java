package dev.forwardguard.upstream;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.StubUpstream;

import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;

/**
 * A {@link ResilientUpstream} without a server around it, in front of a stub upstream, with a clock
 * that can be advanced.
 */
final class UpstreamUnderTest implements UpstreamMetrics, AutoCloseable {
    static final ProbeSettings PLAIN_PROBE =
            new ProbeSettings("/probe", Optional.empty(), Set.of());

    private final Transport transport;
    final MultiThreadIoEventLoopGroup loops;
    private final AtomicLong clockOffset = new AtomicLong();
    final AtomicLong timed = new AtomicLong();
    final AtomicLong suspected = new AtomicLong();
    final Map<ProbeResult, Integer> probes = new ConcurrentHashMap<>();
    final ResilientUpstream upstream;
    final StubUpstream stub;
    Channel caller;
    ClientAddress client = ClientAddress.UNKNOWN;
    volatile GuardSettings settings;

    private UpstreamUnderTest(Transport transport, VerdictRule verdicts, int threads)
            throws IOException, InterruptedException {
        this.transport = transport;
        loops = new MultiThreadIoEventLoopGroup(threads, transport.loops());
        upstream =
                new ResilientUpstream(
                        () -> settings,
                        verdicts,
                        loops,
                        () -> System.nanoTime() + clockOffset.get(),
                        () -> false,
                        this);
        stub = StubUpstream.start(Behaviour.answers(200));
        settings = settings(stub.uri());
        caller = connection();
    }

    static UpstreamUnderTest start(Transport transport) throws Exception {
        return start(transport, status -> true);
    }

    /** Starts with this many event loops, one of which sends all requests. */
    static UpstreamUnderTest start(Transport transport, int loops) throws Exception {
        return new UpstreamUnderTest(transport, new VerdictRule(status -> true), loops);
    }

    static UpstreamUnderTest start(Transport transport, IntPredicate verdicts) throws Exception {
        return new UpstreamUnderTest(transport, new VerdictRule(verdicts), 1);
    }

    /** The default settings, but with short probe intervals. */
    static GuardSettings settings(URI url) {
        return settings(Mode.AUTO, url, 256, PLAIN_PROBE);
    }

    static GuardSettings settings(Mode mode, URI url, int maxConcurrent, ProbeSettings probe) {
        return new GuardSettings(
                mode,
                new UpstreamSettings(
                        url,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        maxConcurrent,
                        Set.of(503),
                        probe),
                new BreakerSettings(
                        5,
                        50,
                        20,
                        Duration.ofSeconds(10),
                        Duration.ofMillis(100),
                        Duration.ofMillis(400),
                        3),
                HeaderNames.NONE);
    }

    /** Sets the deadline of further requests. */
    void limit(Duration deadline) {
        UpstreamSettings now = settings.upstream();
        settings =
                new GuardSettings(
                        settings.mode(),
                        new UpstreamSettings(
                                now.url(),
                                now.connectTimeout(),
                                now.readTimeout(),
                                deadline,
                                now.maxConcurrent(),
                                now.failureStatuses(),
                                now.probe()),
                        settings.breaker(),
                        settings.dropRequestHeaders());
    }

    /** A connection of another caller. */
    Channel connection() throws InterruptedException {
        Channel connection = transport.channel();
        loops.register(connection).sync();
        return connection;
    }

    void advanceClock(Duration time) {
        clockOffset.addAndGet(time.toNanos());
    }

    CompletableFuture<UpstreamOutcome> ask() {
        return upstream.ask(
                        new UpstreamRequest("/auth", header -> {}, () -> client, caller), settings)
                .toCompletableFuture();
    }

    UpstreamOutcome answer() throws Exception {
        return ask().get(10, TimeUnit.SECONDS);
    }

    @Override
    public void recordLatency(long nanos) {
        timed.incrementAndGet();
    }

    @Override
    public void recordProbe(ProbeResult result) {
        probes.merge(result, 1, Integer::sum);
    }

    @Override
    public void recordSuspect() {
        suspected.incrementAndGet();
    }

    @Override
    public void close() {
        stub.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
