/**
 * How the guards are run: as processes, from the jars that the build has made, behind the gateways
 * that people have, and by {@code manifests/local/run.sh}. {@link GatewayFixture} is everything
 * from a gateway to an application; the contracts say what holds behind every gateway.
 *
 * <p>Gateways run by the configurations in {@code src/test/resources/gateways}, which are meant to
 * be copied: tests replace addresses and nothing else.
 *
 * <p>For a cluster, {@link Choices} are all kustomizations that can be applied, and {@link
 * Rendered} is what one of them gives. Tests look at that and never at the sources, and compare it
 * with {@link GuardCode}, what the guards' own classes say.
 */
@NullMarked
package dev.forwardguard.manifests;

import org.jspecify.annotations.NullMarked;
