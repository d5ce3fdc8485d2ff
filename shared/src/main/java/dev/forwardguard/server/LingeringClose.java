package dev.forwardguard.server;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;

import java.util.concurrent.TimeUnit;

/**
 * The end of a connection that lets the client read the last answer (RFC 9112 section 9.6). Closing
 * it while bytes still arrive would reset it and take the answer with it.
 */
final class LingeringClose {
    private static final long SECONDS = 2;

    private LingeringClose() {}

    /**
     * Says that nothing more comes, and closes when the client does, but after 2 s at the latest.
     */
    static void begin(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        }
        Future<?> limit =
                channel.eventLoop().schedule(() -> channel.close(), SECONDS, TimeUnit.SECONDS);
        // else it would hold what belongs to a connection that has long gone: thousands a second
        // with a client that connects anew for each request
        channel.closeFuture().addListener(closed -> limit.cancel(false));
    }
}
