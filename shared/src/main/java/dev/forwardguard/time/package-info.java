/**
 * The one seam between this project and the monotonic clock: timeouts are measured with a {@link
 * dev.forwardguard.time.Ticker}, which tests advance by hand. A {@link
 * dev.forwardguard.time.Deferred} task runs only if somebody asked for it.
 */
@NullMarked
package dev.forwardguard.time;

import org.jspecify.annotations.NullMarked;
