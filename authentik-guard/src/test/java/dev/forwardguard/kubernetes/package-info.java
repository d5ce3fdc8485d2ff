/**
 * The Secret followed through every weather. {@link dev.forwardguard.kubernetes.FakeApiServer} is
 * an API server with one Secret and every bad habit, {@link
 * dev.forwardguard.kubernetes.FollowedSecret} a source that follows it at a pace that tests can
 * wait for.
 */
@NullMarked
package dev.forwardguard.kubernetes;

import org.jspecify.annotations.NullMarked;
