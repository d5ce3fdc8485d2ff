/**
 * The guard ring of the tests: what both guards must do, checked over real sockets.
 *
 * <p>A {@link dev.forwardguard.testing.guard.RunningGuard} is the complete guard on the class path,
 * on random ports. What both guards must do is a {@code …Contract}: an abstract test class with a
 * subclass in each guard's tests. The subclass says with a {@link
 * dev.forwardguard.testing.guard.GuardKind} which guard it is, and little else. What only one guard
 * does is tested in that guard's module.
 */
@NullMarked
package dev.forwardguard.testing.guard;

import org.jspecify.annotations.NullMarked;
