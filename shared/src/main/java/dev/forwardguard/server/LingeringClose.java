package dev.forwardguard.server;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;

import java.util.concurrent.TimeUnit;

/**
 * Closes a connection so that the client can read the last response (RFC 9112 section 9.6). Closing
 * it while bytes still arrive would reset it, and the response would be lost.
 */
final class LingeringClose {
    private static final long SECONDS = 2;

    private LingeringClose() {}

    /** Shuts down the output, and closes when the client does, but after 2 s at the latest. */
    static void begin(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        }
        Future<?> limit =
                channel.eventLoop().schedule(() -> channel.close(), SECONDS, TimeUnit.SECONDS);
        // otherwise the timer would keep closed connections in memory: thousands a second with a
        // client that opens a new connection for each request
        channel.closeFuture().addListener(closed -> limit.cancel(false));
    }
}
