/**
 * What makes the start short. All of it could be left out: the guard would do the same, later.
 *
 * <p>{@link dev.forwardguard.start.ListedServices} knows what Micronaut would otherwise look for in
 * all jars.
 */
@NullMarked
package dev.forwardguard.start;

import org.jspecify.annotations.NullMarked;
