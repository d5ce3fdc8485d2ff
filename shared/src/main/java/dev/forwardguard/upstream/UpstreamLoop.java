package dev.forwardguard.upstream;

import dev.forwardguard.time.Ticker;

import io.netty.channel.EventLoop;

import java.util.function.IntSupplier;

/** What the questions of one event loop share, and no other thread may touch. */
record UpstreamLoop(ConnectionPool pool, Deadlines deadlines, Connector connector, Ticker ticker) {

    static UpstreamLoop on(
            EventLoop loop, Connector connector, Ticker ticker, IntSupplier maxIdle) {
        return new UpstreamLoop(
                new ConnectionPool(loop, ticker, maxIdle),
                new Deadlines(loop, ticker),
                connector,
                ticker);
    }
}
