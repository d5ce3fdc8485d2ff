/**
 * The settings that an operator can change while the guard runs: the file {@code guard.yml}, read
 * as a whole into one immutable {@link dev.forwardguard.settings.GuardSettings}.
 *
 * <p>A document with any mistake in it is rejected as a whole, and the message names the line and
 * the key. At the start the guard then does not start; later the last good settings stay in force.
 * What can only be set at the start (ports, files) is plain Micronaut configuration and not in this
 * package.
 *
 * <p>A second file may go over a few of its keys: {@link
 * dev.forwardguard.settings.SettingsOverride}. With a mistake in it, it is ignored alone.
 *
 * <p>What is in force is logged by the keys of the file, as {@link
 * dev.forwardguard.settings.YamlSection} has read them, and never by {@code toString} of a record:
 * Java generates that code at run time in each process, where the AOT cache cannot hold it. It took
 * up to 60 ms of each start.
 */
@NullMarked
package dev.forwardguard.settings;

import org.jspecify.annotations.NullMarked;
