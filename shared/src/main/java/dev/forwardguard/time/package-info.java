/**
 * The one seam between this project and the clock: what is late is decided by a ticker that tests
 * move by hand.
 */
@NullMarked
package dev.forwardguard.time;

import org.jspecify.annotations.NullMarked;
