/**
 * Verdicts that are used again: while they are fresh instead of asking (RFC 9111), and for a
 * bounded time when nobody answers (RFC 5861, {@code stale-if-error}).
 *
 * <p>{@link dev.forwardguard.verdict.Verdicts} is the entrance. It decorates the upstream, and
 * remembers only what may be used again; what that means during an outage is decided by the guard.
 * Whatever is missing, ambiguous or late is not remembered and not served.
 */
@NullMarked
package dev.forwardguard.verdict;

import org.jspecify.annotations.NullMarked;
