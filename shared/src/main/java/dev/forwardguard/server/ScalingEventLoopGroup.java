package dev.forwardguard.server;

import dev.forwardguard.time.Ticker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.StreamSupport;

/**
 * Uses as few event loops as the load needs. Each new channel goes to the first one that is busy
 * for less than half of the time. At the rate of an everyday site that is always the same: its code
 * and data are in one processor's caches, and one thread wakes up. A channel stays on its loop.
 *
 * <p>What a loop is busy with is the CPU time of its thread. It is looked up when a channel needs a
 * loop, so nothing runs while nothing happens. As the last one that was looked up may be old, each
 * loop takes only so many channels before the next one gets some: otherwise all connections of a
 * burst would share one loop for as long as they last.
 */
final class ScalingEventLoopGroup extends AbstractEventExecutorGroup implements EventLoopGroup {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final double BUSY = 0.5;

    /** The most channels for one loop between two looks. */
    private static final int MOST_AT_ONCE = 64;

    private final EventLoopGroup group;
    private final List<EventLoop> loops;
    private final ToLongFunction<EventLoop> cpuNanos;
    private final Ticker ticker;
    private final long[] usedBefore;
    private final double[] busy;

    /** How many of the first loops were ever used. The others may not have a thread yet. */
    private int started = 1;

    private long lookedAt;
    private int chosen;
    private int given;

    /**
     * @param group of all event loops
     * @param cpuNanos the CPU time that the thread of a loop has used so far
     */
    ScalingEventLoopGroup(EventLoopGroup group, ToLongFunction<EventLoop> cpuNanos, Ticker ticker) {
        this.group = group;
        this.loops =
                StreamSupport.stream(group.spliterator(), false)
                        .map(EventLoop.class::cast)
                        .toList();
        this.cpuNanos = cpuNanos;
        this.ticker = ticker;
        this.usedBefore = new long[loops.size()];
        this.busy = new double[loops.size()];
        this.lookedAt = ticker.nanos();
        EventLoopScaling.letSleep(loops.getFirst());
    }

    @Override
    public synchronized EventLoop next() {
        long now = ticker.nanos();
        if (now - lookedAt >= INTERVAL_NANOS) {
            look(now);
        } else if (given >= MOST_AT_ONCE) {
            chosen = (chosen + 1) % loops.size();
            given = 0;
        }
        given++;
        EventLoop loop = loops.get(chosen);
        if (chosen == started) {
            started++;
            EventLoopScaling.letSleep(loop);
        }
        return loop;
    }

    private void look(long now) {
        for (int i = 0; i < started; i++) {
            long used = cpuNanos.applyAsLong(loops.get(i));
            busy[i] = (double) (used - usedBefore[i]) / (now - lookedAt);
            usedBefore[i] = used;
        }
        lookedAt = now;
        given = 0;
        chosen = 0;
        for (int i = 1; i < busy.length && busy[chosen] >= BUSY; i++) {
            if (busy[i] < busy[chosen]) {
                chosen = i;
            }
        }
    }

    @Override
    public ChannelFuture register(Channel channel) {
        return next().register(channel);
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        return next().register(promise);
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        return next().register(channel, promise);
    }

    @Override
    public Iterator<EventExecutor> iterator() {
        return group.iterator();
    }

    @Override
    public boolean isShuttingDown() {
        return group.isShuttingDown();
    }

    @Override
    public boolean isShutdown() {
        return group.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return group.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return group.awaitTermination(timeout, unit);
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        return group.shutdownGracefully(quietPeriod, timeout, unit);
    }

    @Override
    public Future<?> terminationFuture() {
        return group.terminationFuture();
    }

    @Override
    @Deprecated
    public void shutdown() {
        group.shutdown();
    }
}
