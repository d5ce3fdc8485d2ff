/**
 * Releases: {@code .ci/release} publishes {@link GivenImages}, which are small and of any CPU
 * architecture, from a {@link ReleaseCheckout} to an {@link OciLayout} or to a {@link Registry}.
 * {@code .ci/run} publishes the images that it has built.
 */
@NullMarked
package dev.forwardguard.manifests.release;

import org.jspecify.annotations.NullMarked;
