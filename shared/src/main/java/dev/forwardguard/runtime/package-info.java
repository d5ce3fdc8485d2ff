/**
 * The process: how it starts, how its beans are wired, and how it drains and ends.
 *
 * <p>{@code GuardApplication} starts a guard completely or fails with one readable line. {@code
 * GuardBeans} and {@code ServerDefaults} hold what both guards configure in Micronaut. {@code
 * Shutdown} reacts to signals and lets {@code Drain} finish the requests in flight.
 */
@NullMarked
package dev.forwardguard.runtime;

import org.jspecify.annotations.NullMarked;
