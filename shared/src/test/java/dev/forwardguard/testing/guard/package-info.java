/**
 * The guard ring: what both guards must do, over real sockets.
 *
 * <p>A {@link dev.forwardguard.testing.guard.RunningGuard} is the guard that is on the class path,
 * whole and on random ports. What has to hold for both is a {@code …Contract}: an abstract test
 * class that each guard's tests extend, saying only with {@link
 * dev.forwardguard.testing.guard.GuardKind} which guard it is. What only one guard does is tested
 * beside that guard.
 */
@NullMarked
package dev.forwardguard.testing.guard;

import org.jspecify.annotations.NullMarked;
