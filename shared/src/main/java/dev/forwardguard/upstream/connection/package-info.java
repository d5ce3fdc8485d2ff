/**
 * The transport below {@link dev.forwardguard.upstream}: connections, their pool, deadlines and
 * name resolution. Nothing outside of {@code upstream} sees it.
 *
 * <p>An exchange lives on the event loop of the connection that its auth request came in by, and so
 * do its upstream connection and its pool: none of them needs a lock. Only name resolution happens
 * elsewhere, on a thread of its own, because it blocks.
 */
@NullMarked
package dev.forwardguard.upstream.connection;

import org.jspecify.annotations.NullMarked;
