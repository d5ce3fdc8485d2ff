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
import java.util.stream.StreamSupport;

/** Has Micronaut use no more event loops than the load needs. */
@Singleton
final class EventLoopScaling implements BeanCreatedEventListener<EventLoopGroup> {
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
        return scales
                ? new ScalingEventLoopGroup(group, loop -> cpuNanos(threads, loop), ticker)
                : group;
    }

    private static long cpuNanos(ThreadMXBean threads, EventLoop loop) {
        var thread = (SingleThreadEventExecutor) loop;
        return Math.max(0, threads.getThreadCpuTime(thread.threadProperties().id()));
    }
}
