package dev.forwardguard.upstream;

import dev.forwardguard.time.Ticker;

import io.netty.channel.EventLoop;

/** What the questions of one event loop share, and no other thread may touch. */
record UpstreamLoop(ConnectionPool pool, Deadlines deadlines, Connector connector, Ticker ticker) {

    static UpstreamLoop on(EventLoop loop, Connector connector, Ticker ticker) {
        return new UpstreamLoop(
                new ConnectionPool(loop, ticker), new Deadlines(loop, ticker), connector, ticker);
    }
}
