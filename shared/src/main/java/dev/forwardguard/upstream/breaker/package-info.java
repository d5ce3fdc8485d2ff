/**
 * The circuit breaker: counts what came of questions, and stops them while the upstream is down.
 *
 * <p>A {@link dev.forwardguard.upstream.breaker.CircuitBreaker} is one reference to an immutable or
 * self-contained state, replaced by compare-and-set. Each state is a type that knows whether it
 * lets a question through and what the result does to it. A question's {@link
 * dev.forwardguard.upstream.breaker.Permit} belongs to the state that granted it, so a result that
 * comes late, after the state was replaced, changes nothing.
 *
 * <p>Nothing in here does I/O or waits: the way out of the open state is the business of whoever
 * probes the upstream.
 */
@NullMarked
package dev.forwardguard.upstream.breaker;

import org.jspecify.annotations.NullMarked;
