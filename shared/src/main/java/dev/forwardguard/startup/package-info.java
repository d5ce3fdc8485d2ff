/**
 * What makes the start fast. All of it is optional: without it the guard does the same, but starts
 * more slowly.
 *
 * <p>{@link dev.forwardguard.startup.ServiceIndex} lists what Micronaut would otherwise search for
 * in all jars. {@link dev.forwardguard.startup.StartupWarmup} prepares JDK classes on a second
 * core.
 */
@NullMarked
package dev.forwardguard.startup;

import org.jspecify.annotations.NullMarked;
