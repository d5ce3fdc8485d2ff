/**
 * The transport below {@link dev.forwardguard.upstream}: connections, their pool, deadlines and
 * name resolution. Outside of {@code upstream} only the pass-through sees it.
 *
 * <p>An {@link dev.forwardguard.upstream.connection.HttpExchange} is one request. It gets the
 * addresses from an {@link dev.forwardguard.upstream.connection.UpstreamResolver} and an idle
 * {@link dev.forwardguard.upstream.connection.UpstreamConnection} from the {@link
 * dev.forwardguard.upstream.connection.ConnectionPool}, or opens a new one with the {@link
 * dev.forwardguard.upstream.connection.Connector}. The {@link
 * dev.forwardguard.upstream.connection.DeadlineTimer} ends it when its time is up, and a {@link
 * dev.forwardguard.upstream.connection.ResponseAggregator} collects the response.
 *
 * <p>An exchange lives on the event loop of the connection that its auth request came in by, and so
 * do its upstream connection and its pool: none of them needs a lock. Only name resolution happens
 * elsewhere, on a thread of its own, because it blocks.
 *
 * <p>A {@link dev.forwardguard.upstream.connection.StreamingConnection} carries messages that are
 * too large to be collected. It comes from a {@link
 * dev.forwardguard.upstream.connection.StreamingPool} of its own, and hands each part of a response
 * to a {@link dev.forwardguard.upstream.connection.ResponseReceiver}. The same rules decide whether
 * it is reused.
 *
 * <p>An upstream may send bytes without a request, and these would be taken for the next response.
 * It may hold such bytes back until the last response is acknowledged on TCP's level. To
 * <em>settle</em> a connection is to acknowledge at once what has arrived. A connection is
 * <em>quiet</em> if its socket has nothing unread.
 */
@NullMarked
package dev.forwardguard.upstream.connection;

import org.jspecify.annotations.NullMarked;
