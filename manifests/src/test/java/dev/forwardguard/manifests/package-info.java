/**
 * How the guards are run: as processes, from the jars that the build has made, behind the gateways
 * that people have, and by {@code manifests/local/run.sh}. {@link Stage} is everything from a
 * gateway to an application; the contracts say what holds behind every gateway.
 *
 * <p>Gateways run by the configurations in {@code src/test/resources/gateways}, which are meant to
 * be copied: tests replace addresses and nothing else.
 */
@NullMarked
package dev.forwardguard.manifests;

import org.jspecify.annotations.NullMarked;
