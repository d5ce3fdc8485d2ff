/**
 * What makes the start short. All of it could be left out: the guard would do the same, later.
 *
 * <p>{@link dev.forwardguard.startup.ServiceIndex} knows what Micronaut would otherwise look for in
 * all jars; {@link dev.forwardguard.startup.StartupWarmup} uses the second core.
 */
@NullMarked
package dev.forwardguard.startup;

import org.jspecify.annotations.NullMarked;
