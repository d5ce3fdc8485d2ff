package dev.forwardguard.server;

import io.micronaut.core.order.Ordered;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpMethod;

/**
 * Handles requests on the main port that are no auth requests. Where there are several, their
 * {@link Ordered#getOrder order} decides who sees a request first.
 */
public interface OtherRequests extends Ordered {
    /**
     * Creates the handler of one connection. It receives one request at a time, part by part, and
     * passes on those that are not its own, and those with a {@linkplain #isNeverServed method that
     * is never served}. Part of a body may be malformed.
     */
    ChannelHandler handlerFor(CallerConnection connection);

    /**
     * Whether the server refuses requests with this method. A connection to an upstream that has
     * seen CONNECT is no longer one for HTTP, and the response to TRACE repeats the visitor's
     * cookies (RFC 9110 sections 9.3.6 and 9.3.8).
     */
    static boolean isNeverServed(HttpMethod method) {
        // methods are case-sensitive, but not everybody knows
        return method.name().equalsIgnoreCase("CONNECT") || method.name().equalsIgnoreCase("TRACE");
    }
}
