/**
 * Tests of following a Secret, including every kind of failure. {@link
 * dev.forwardguard.kubernetes.FakeApiServer} is an API server with one Secret that can fail in
 * every known way. {@link dev.forwardguard.kubernetes.FollowedSecret} is a source that follows it,
 * with timings that are short enough for tests.
 */
@NullMarked
package dev.forwardguard.kubernetes;

import org.jspecify.annotations.NullMarked;
