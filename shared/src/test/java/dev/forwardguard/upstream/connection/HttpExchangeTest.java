package dev.forwardguard.upstream.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.testing.StubDns;
import dev.forwardguard.upstream.UpstreamRequest;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** How an exchange ends that was never sent, with a clock and an event loop moved by hand. */
class HttpExchangeTest {
    private static final UpstreamSettings SETTINGS =
            UpstreamSettings.defaults(
                    URI.create("http://" + StubDns.MOVING),
                    new ProbeSettings("/probe", Optional.empty(), Set.of()));

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final AtomicLong nanos = new AtomicLong();
    private boolean broken;
    private final Queue<Runnable> lookups = new ArrayDeque<>();
    private final UpstreamResolver resolver =
            new UpstreamResolver(SETTINGS.host(), SETTINGS.port(), this::nanos, lookups::add);
    private final HttpExchange exchange =
            new HttpExchange(
                    new UpstreamRequest(
                            "/auth",
                            Optional.empty(),
                            _ -> {},
                            channel.eventLoop(),
                            channel.eventLoop().<Void>newPromise(),
                            () -> ClientAddress.UNKNOWN,
                            BufferBudget.unbounded(),
                            Duration.ZERO),
                    SETTINGS,
                    resolver,
                    EventLoopState.on(channel.eventLoop(), new Connector(), this::nanos, () -> 0),
                    () -> {});

    private long nanos() {
        if (broken) {
            broken = false;
            throw new LinkageError("an error");
        }
        return nanos.get();
    }

    HttpExchangeTest() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        StubDns.reset();
    }

    /** Lets the deadline pass. The event loop finds no time for anything but timers. */
    private void runIntoDeadline() {
        for (Duration each = Duration.ZERO;
                each.compareTo(SETTINGS.deadline()) <= 0;
                each = each.plusMillis(100)) {
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
            channel.advanceTimeBy(100, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    @Test
    void doesNotBlameResolverForRequestThatDidNotGetItsTurn() {
        exchange.start();

        runIntoDeadline();

        assertThat(exchange.outcome())
                .isCompletedWithValue(new Unavailable(FallbackReason.DEADLINE));
        assertThat(lookups).isEmpty();
    }

    @Test
    void blamesResolverThatDoesNotAnswer() {
        exchange.start();
        channel.runPendingTasks();
        assertThat(lookups).hasSize(1);

        runIntoDeadline();

        assertThat(exchange.outcome()).isCompletedWithValue(new Unavailable(FallbackReason.DNS));
    }

    /** The name was found in time, and nothing more came of it. */
    @Test
    void doesNotBlameResolverOnceItHasAnswered() {
        StubDns.answers(StubDns.MOVING, "127.0.0.1");
        exchange.start();
        channel.runPendingTasks();
        lookups.remove().run();

        runIntoDeadline();

        assertThat(exchange.outcome())
                .isCompletedWithValue(new Unavailable(FallbackReason.DEADLINE));
    }

    /** Netty would log it, and nobody would ever hear of the outcome. */
    @Test
    void errorAtItsStartEndsIt() {
        broken = true;

        exchange.start();

        assertThat(exchange.outcome()).isCompletedExceptionally();
    }

    @Test
    void errorInItsTurnEndsIt() {
        StubDns.answers(StubDns.MOVING, "127.0.0.1");
        resolver.lookUp();
        lookups.remove().run();
        exchange.start();
        broken = true;

        channel.runPendingTasks();

        assertThat(exchange.outcome()).isCompletedExceptionally();
    }
}
