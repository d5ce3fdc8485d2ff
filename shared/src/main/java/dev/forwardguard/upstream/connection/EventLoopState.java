package dev.forwardguard.upstream.connection;

import dev.forwardguard.time.Ticker;

import io.netty.channel.EventLoop;

import java.util.function.IntSupplier;

/** What the exchanges of one event loop share. No other thread may touch it. */
public record EventLoopState(
        ConnectionPool pool, DeadlineTimer deadlines, Connector connector, Ticker ticker) {

    public static EventLoopState on(
            EventLoop loop, Connector connector, Ticker ticker, IntSupplier maxIdle) {
        return new EventLoopState(
                new ConnectionPool(loop, ticker, maxIdle),
                new DeadlineTimer(loop, ticker),
                connector,
                ticker);
    }
}
