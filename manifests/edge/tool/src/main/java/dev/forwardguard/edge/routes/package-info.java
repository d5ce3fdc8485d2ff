/**
 * Routes as files, in the form of Traefik's file provider: reads and checks them, and turns them
 * into keys.
 */
@NullMarked
package dev.forwardguard.edge.routes;

import org.jspecify.annotations.NullMarked;
