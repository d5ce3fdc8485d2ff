/**
 * Tests of the guards as they are deployed: as processes from their built jars, behind real
 * gateways, in {@code manifests/local/run.sh}, and as rendered manifests. {@link
 * dev.forwardguard.servers.GuardProcess} runs one guard. {@link GatewayFixture} runs a gateway,
 * both guards and stubs of everything behind them; {@link EverydayContract}, {@link OutageContract}
 * and {@link SpoofingContract} hold for every gateway.
 *
 * <p>The gateways use the configurations in {@code src/test/resources/gateways}, which users are
 * meant to copy. Tests replace the addresses in them and nothing else. {@link
 * dev.forwardguard.servers.rendered.HomelabTraefik} has the middlewares and routes that the homelab
 * overlay renders.
 *
 * <p>{@link Choices} lists all kustomizations that an operator can apply, and {@link
 * dev.forwardguard.servers.rendered.Rendered} holds the objects of one of them. Tests check these
 * objects, never the sources, and compare them with {@link GuardCode}, which reads the guards' own
 * classes. {@link Cluster} applies them to a real API server, and {@link ClusterTraefik} reads them
 * from there.
 */
@NullMarked
package dev.forwardguard.manifests;

import org.jspecify.annotations.NullMarked;
