/**
 * One bounded request to one auth backend.
 *
 * <p>{@link dev.forwardguard.upstream.Upstream#ask} is the whole interface. Within the deadline it
 * returns a sealed {@link dev.forwardguard.outcome.UpstreamOutcome}: a complete verdict, the reason
 * why there is none, or that the caller cancelled. Every I/O error, timeout and malformed response
 * becomes a {@link dev.forwardguard.outcome.FallbackReason} in here and nowhere else.
 *
 * <p>{@link dev.forwardguard.upstream.ResilientUpstream} is the policy: mode, concurrency limit,
 * circuit and classification of the response. {@link dev.forwardguard.upstream.ProbedCircuit}
 * combines the circuit breaker of {@link dev.forwardguard.upstream.breaker} with probes, without
 * which no visitor's failure opens it, and a passive health check. The transport is in {@link
 * dev.forwardguard.upstream.connection}.
 *
 * <p>A request lives on the event loop of the connection that its auth request came in by, and so
 * do its {@code HttpExchange}, its {@code UpstreamConnection} and its {@code ConnectionPool}: none
 * of them needs a lock. Only name resolution happens elsewhere, on a thread of its own, because it
 * blocks.
 */
@NullMarked
package dev.forwardguard.upstream;

import org.jspecify.annotations.NullMarked;
