package dev.forwardguard.server;

import dev.forwardguard.time.Ticker;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;

import jakarta.inject.Singleton;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** Has Micronaut use no more event loops than the load needs. */
@Singleton
final class EventLoopScaling implements BeanCreatedEventListener<EventLoopGroup> {
    private static final long A_LIFETIME_DAYS = 36_500;

    private final Ticker ticker = Ticker.system();

    @Override
    public EventLoopGroup onCreated(BeanCreatedEvent<EventLoopGroup> event) {
        EventLoopGroup group = event.getBean();
        List<EventExecutor> loops = StreamSupport.stream(group.spliterator(), false).toList();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        boolean scales =
                loops.size() > 1
                        && loops.stream().allMatch(SingleThreadEventExecutor.class::isInstance)
                        && threads.isThreadCpuTimeSupported();
        if (!scales) {
            group.forEach(loop -> letSleep((EventLoop) loop));
        }
        return scales
                ? new ScalingEventLoopGroup(group, loop -> cpuNanos(threads, loop), ticker)
                : group;
    }

    /**
     * Keeps an event loop asleep while nothing happens: Netty wakes one that has no timer at all
     * once a second.
     */
    static void letSleep(EventLoop loop) {
        loop.schedule(() -> {}, A_LIFETIME_DAYS, TimeUnit.DAYS);
    }

    private static long cpuNanos(ThreadMXBean threads, EventLoop loop) {
        var thread = (SingleThreadEventExecutor) loop;
        return Math.max(0, threads.getThreadCpuTime(thread.threadProperties().id()));
    }
}
