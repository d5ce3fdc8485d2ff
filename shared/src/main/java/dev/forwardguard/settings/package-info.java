/**
 * What an operator may change while the guard runs: the file {@code guard.yml}, read as a whole
 * into one immutable {@link dev.forwardguard.settings.GuardSettings}.
 *
 * <p>A document with any mistake in it is refused as a whole, with the line and the key in the
 * message: at the start the guard does not start, later the last good settings stay in force. What
 * can only be chosen at the start (ports, files) is ordinary Micronaut configuration and not in
 * here.
 */
@NullMarked
package dev.forwardguard.settings;

import org.jspecify.annotations.NullMarked;
