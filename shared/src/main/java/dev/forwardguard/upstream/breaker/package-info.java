/**
 * The circuit breaker: counts the results of requests, and stops requests while the upstream is
 * down.
 *
 * <p>A {@link dev.forwardguard.upstream.breaker.CircuitBreaker} is one reference to an immutable or
 * self-contained state, replaced by compare-and-set. Each state is a type that knows whether it
 * lets a request through, and what the result does to it. The {@link
 * dev.forwardguard.upstream.breaker.Permit} of a request belongs to the state that granted it, so a
 * result that arrives after the state was replaced changes nothing.
 *
 * <p>Nothing in here does I/O or waits. The caller sends the probes that lead out of the open
 * state, and without which the closed state is never left.
 */
@NullMarked
package dev.forwardguard.upstream.breaker;

import org.jspecify.annotations.NullMarked;
