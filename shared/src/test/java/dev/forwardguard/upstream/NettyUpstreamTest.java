package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.HeaderNames;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.StubDns;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.upstream.UpstreamOutcome.Answered;
import dev.forwardguard.upstream.UpstreamOutcome.Unavailable;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What can only be seen without a server around it: the pool, the bounds and a clock that is moved
 * by hand.
 */
class NettyUpstreamTest {
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicLong later = new AtomicLong();
    private final AtomicReference<GuardSettings> settings = new AtomicReference<>();
    private final Timer duration = new SimpleMeterRegistry().timer("questions");
    private final NettyUpstream upstream =
            new NettyUpstream(
                    settings::get,
                    new VerdictRule(status -> true),
                    () -> System.nanoTime() + later.get(),
                    duration);
    private StubUpstream stub;
    private Channel asker;

    @BeforeEach
    void start() throws Exception {
        stub = StubUpstream.start(Behaviour.answers(200));
        asker = new NioSocketChannel();
        loops.register(asker).sync();
        settings.set(settings(stub.uri(), 256));
    }

    @AfterEach
    void stop() {
        stub.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        StubDns.reset();
    }

    private static GuardSettings settings(URI url, int maxConcurrent) {
        UpstreamSettings defaults = UpstreamSettings.defaults(url);
        return new GuardSettings(
                Mode.AUTO,
                new UpstreamSettings(
                        url,
                        defaults.connectTimeout(),
                        defaults.readTimeout(),
                        defaults.deadline(),
                        maxConcurrent,
                        Set.of(503)),
                HeaderNames.of());
    }

    private CompletableFuture<UpstreamOutcome> ask() {
        return upstream.ask(new UpstreamQuestion("/auth", new DefaultHttpHeaders(), asker))
                .toCompletableFuture();
    }

    private UpstreamOutcome answer() throws Exception {
        return ask().get(10, TimeUnit.SECONDS);
    }

    @Test
    void usesAConnectionAgain() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(answer()).isInstanceOf(Answered.class);
        }

        assertThat(stub.connections()).isEqualTo(1);
        assertThat(duration.count()).isEqualTo(20);
    }

    @Test
    void doesNotUseAConnectionThatIdledForTooLong() throws Exception {
        answer();
        later.addAndGet(TimeUnit.SECONDS.toNanos(31));

        answer();

        assertThat(stub.connections()).isEqualTo(2);
        stub.awaitOpenConnections(1);
    }

    @Test
    void keepsNoMoreIdleConnectionsThanItsBound() throws Exception {
        var gate = new CountDownLatch(1);
        stub.behaves(Behaviour.answers(200).after(gate));
        List<CompletableFuture<UpstreamOutcome>> asked = new ArrayList<>();
        for (int i = 0; i < ConnectionPool.MAX_IDLE + 10; i++) {
            asked.add(ask());
        }
        stub.awaitRequests(ConnectionPool.MAX_IDLE + 10);
        gate.countDown();

        for (CompletableFuture<UpstreamOutcome> each : asked) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
        }

        stub.awaitOpenConnections(ConnectionPool.MAX_IDLE);
    }

    @Test
    void asksNoMoreQuestionsAtOnceThanItsBoundAndGetsThemBack() throws Exception {
        settings.set(settings(stub.uri(), 3));
        var gate = new CountDownLatch(1);
        stub.behaves(Behaviour.answers(200).after(gate));
        List<CompletableFuture<UpstreamOutcome>> asked = List.of(ask(), ask(), ask());
        stub.awaitRequests(3);

        assertThat(answer()).isEqualTo(new Unavailable(FallbackReason.OVERLOAD));

        gate.countDown();
        for (CompletableFuture<UpstreamOutcome> each : asked) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
        }
        assertThat(answer()).isInstanceOf(Answered.class);
    }

    @Test
    void followsAChangedUrlAndLeavesTheOldConnectionsBehind() throws Exception {
        answer();
        try (StubUpstream moved = StubUpstream.start(Behaviour.answers(204))) {
            settings.set(settings(moved.uri(), 256));

            assertThat(answer()).isInstanceOf(Answered.class);

            assertThat(moved.connections()).isEqualTo(1);
            stub.awaitOpenConnections(0);
        }
    }

    @Test
    void usesTheLastAddressThatWasFoundWhenTheNameNoLongerResolves() throws Exception {
        StubDns.answers(StubDns.MOVING, "127.0.0.1");
        settings.set(settings(URI.create("http://" + StubDns.MOVING + ":" + stub.port()), 256));
        assertThat(answer()).isInstanceOf(Answered.class);
        StubDns.answers(StubDns.MOVING);
        int lookups = StubDns.lookups(StubDns.MOVING);

        later.addAndGet(TimeUnit.MINUTES.toNanos(10));
        assertThat(answer()).isInstanceOf(Answered.class);
        StubDns.awaitLookups(StubDns.MOVING, lookups + 1);
        later.addAndGet(TimeUnit.MINUTES.toNanos(10));

        assertThat(answer()).isInstanceOf(Answered.class);
    }

    @Test
    void triesTheNextAddressOfAName() throws Exception {
        StubDns.answers(StubDns.MOVING, "127.0.0.2", "127.0.0.1");
        settings.set(settings(URI.create("http://" + StubDns.MOVING + ":" + stub.port()), 256));

        assertThat(answer()).isInstanceOf(Answered.class);
    }

    @Test
    void aQuestionWhoseAskerHangsUpIsClosedAndNotTimed() throws Exception {
        stub.behaves(Behaviour.hangs());
        CompletableFuture<UpstreamOutcome> asked = ask();
        stub.awaitRequest();

        asker.close();

        assertThat(asked.get(10, TimeUnit.SECONDS)).isEqualTo(new UpstreamOutcome.Abandoned());
        stub.awaitOpenConnections(0);
        assertThat(duration.count()).isZero();
    }

    @Test
    void doesNotPrintHeadersOrQueries() {
        var question =
                new UpstreamQuestion(
                        "/auth?code=secret",
                        new DefaultHttpHeaders().add("Cookie", "secret"),
                        asker);

        assertThat(question.toString()).contains("/auth").doesNotContain("secret");
    }
}
