/**
 * The guard's HTTP front: two ports of Micronaut's server, of which only the management port is
 * answered by Micronaut.
 *
 * <p>{@link dev.forwardguard.server.MainPortAcceptor} takes the connections to the main port, and
 * {@link dev.forwardguard.server.GuardHandlers} puts the handlers of both in order. Auth requests
 * are answered by {@link dev.forwardguard.server.ForwardAuthHandler}. {@link
 * dev.forwardguard.server.GuardServerCodec} decodes one request of a connection at a time, and
 * limits what a request costs besides its bytes. Requests that cannot be read still get the guard's
 * own response, by a {@link dev.forwardguard.server.RejectedRequest}. {@link
 * dev.forwardguard.server.ClientConnections} limits the connections, and ends them when the guard
 * shuts down; those to the management port have limits of their own in {@link
 * dev.forwardguard.server.ManagementConnections}. {@link
 * dev.forwardguard.server.UnexpectedFailureHandler} handles bugs. {@link
 * dev.forwardguard.server.ScalingEventLoopGroup} uses as few event loops as the load needs.
 */
@NullMarked
package dev.forwardguard.server;

import org.jspecify.annotations.NullMarked;
