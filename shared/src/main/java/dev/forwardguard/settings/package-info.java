/**
 * The settings that an operator can change while the guard runs: the file {@code guard.yml}, read
 * as a whole into one immutable {@link dev.forwardguard.settings.GuardSettings}.
 *
 * <p>A document with any mistake in it is rejected as a whole, and the message names the line and
 * the key. At the start the guard then does not start; later the last good settings stay in force.
 * What can only be set at the start (ports, files) is plain Micronaut configuration and not in this
 * package.
 *
 * <p>The records implement {@code toString} by hand, with the same text as Java's default. They are
 * in the log of each start, and Java generates the default code at run time in each process, which
 * the AOT cache cannot hold. For all of a guard's settings that took 45 ms, and 60 ms in
 * authentik-guard.
 */
@NullMarked
package dev.forwardguard.settings;

import org.jspecify.annotations.NullMarked;
