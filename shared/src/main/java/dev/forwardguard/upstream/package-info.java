/**
 * One bounded question to one auth backend.
 *
 * <p>{@link dev.forwardguard.upstream.Upstream#ask} is the whole interface: a question goes in, and
 * within the deadline a sealed {@link dev.forwardguard.outcome.UpstreamOutcome} comes back: a
 * complete verdict, or the reason why there is none. Every I/O error, timeout and malformed answer
 * becomes a {@link dev.forwardguard.outcome.FallbackReason} in here and nowhere else.
 *
 * <p>A question lives on the event loop of the connection that it came in by, and so do its {@code
 * HttpExchange}, its {@code UpstreamConnection} and its {@code ConnectionPool}: none of them needs
 * a lock. Only name resolution happens elsewhere, on a thread of its own, because it blocks.
 */
@NullMarked
package dev.forwardguard.upstream;

import org.jspecify.annotations.NullMarked;
