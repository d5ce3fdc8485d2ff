package dev.forwardguard.upstream.connection;

import dev.forwardguard.time.Ticker;

import io.netty.channel.EventLoop;

import java.util.function.IntSupplier;

/** What the exchanges of one event loop share. No other thread may touch it. */
public record EventLoopState(
        ConnectionPool pool, DeadlineTimer deadlines, EndOfTurn endOfTurn, Ticker ticker) {

    /**
     * Creates the state of an event loop.
     *
     * @param maxIdle how many idle connections to keep; asked anew for each
     */
    public static EventLoopState on(
            EventLoop loop, Connector connector, Ticker ticker, IntSupplier maxIdle) {
        return new EventLoopState(
                new ConnectionPool(loop, connector, ticker, maxIdle),
                new DeadlineTimer(loop, ticker),
                new EndOfTurn(loop),
                ticker);
    }
}
