/**
 * The transport below {@link dev.forwardguard.upstream}: connections, their pool, deadlines and
 * name resolution. Outside of {@code upstream} only the pass-through sees it.
 *
 * <p>An {@link dev.forwardguard.upstream.connection.HttpExchange} is one request with a whole
 * response. It gets an idle {@link dev.forwardguard.upstream.connection.UpstreamConnection} from
 * the {@link dev.forwardguard.upstream.connection.ConnectionPool}, or a new one by the {@link
 * dev.forwardguard.upstream.connection.Connector} to an address of the {@link
 * dev.forwardguard.upstream.connection.UpstreamResolver}. The {@link
 * dev.forwardguard.upstream.connection.DeadlineTimer} ends it when its time is up. The connection
 * hands over what it reads to a {@link dev.forwardguard.upstream.connection.ResponseReceiver}: the
 * exchange, which collects it, or the pass-through, which streams it. Each knows only those that it
 * is given: the pool no exchange, and the connection no pool.
 *
 * <p>An exchange lives on the event loop of the connection that its auth request came in by, and so
 * do its upstream connection and its pool: none of them needs a lock. Only name resolution happens
 * elsewhere, on a thread of its own, because it blocks.
 *
 * <p>An upstream may send bytes without a request, and these would be taken for the next response.
 * So before a connection is reused, its socket has to be <em>quiet</em>: it has nothing unread. The
 * upstream's system may hold such bytes back until it has an acknowledgement of the last response
 * (RFC 9293 section 3.7.4). So a connection that is idle when the event loop's turn ends
 * acknowledges it at once. One that is used again in the same turn does not: that would be a system
 * call and a packet for each request of a busy guard.
 */
@NullMarked
package dev.forwardguard.upstream.connection;

import org.jspecify.annotations.NullMarked;
