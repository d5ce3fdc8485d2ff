/**
 * What an operator may change while the guard runs: the file {@code guard.yml}, read as a whole
 * into one immutable {@link dev.forwardguard.settings.GuardSettings}.
 *
 * <p>A document with any mistake in it is refused as a whole, with the line and the key in the
 * message: at the start the guard does not start, later the last good settings stay in force. What
 * can only be chosen at the start (ports, files) is ordinary Micronaut configuration and not in
 * here.
 *
 * <p>The records print themselves by hand, in the words that Java would choose: they are in the log
 * of each start, and what Java writes for a record it puts together anew each time, which the AOT
 * cache cannot hold. With all of a guard's settings that was 45 ms, and 60 in authentik-guard.
 */
@NullMarked
package dev.forwardguard.settings;

import org.jspecify.annotations.NullMarked;
