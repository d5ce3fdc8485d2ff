package dev.forwardguard.server;

import dev.forwardguard.time.Ticker;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.SingleThreadEventExecutor;

import jakarta.inject.Singleton;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.stream.StreamSupport;

/** Has Micronaut use no more event loops than the load needs. */
@Singleton
final class EventLoopScaling implements BeanCreatedEventListener<EventLoopGroup> {
    @Override
    public EventLoopGroup onCreated(BeanCreatedEvent<EventLoopGroup> event) {
        EventLoopGroup group = event.getBean();
        boolean scales =
                StreamSupport.stream(group.spliterator(), false)
                        .allMatch(SingleThreadEventExecutor.class::isInstance);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return scales && threads.isThreadCpuTimeSupported()
                ? new ScalingEventLoopGroup(group, loop -> cpuNanos(threads, loop), Ticker.system())
                : group;
    }

    private static long cpuNanos(ThreadMXBean threads, EventLoop loop) {
        var thread = (SingleThreadEventExecutor) loop;
        return Math.max(0, threads.getThreadCpuTime(thread.threadProperties().id()));
    }
}
