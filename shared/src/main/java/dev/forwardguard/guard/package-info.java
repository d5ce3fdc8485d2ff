/**
 * What Traefik sends, and what it understands back.
 *
 * <p>The contract is Traefik's {@code pkg/middlewares/auth/forward.go}: for every request to a
 * protected site Traefik sends a subrequest to the guard (GET unless {@code preserveRequestMethod},
 * no body unless {@code forwardBody}) with the original target in {@code X-Forwarded-Method,
 * -Proto, -Host, -Uri}. Any 2xx lets the original request pass, and the headers listed in {@code
 * authResponseHeaders} are copied from the answer to it; anything else goes back to the visitor as
 * it is: status, headers and body.
 */
@NullMarked
package dev.forwardguard.guard;

import org.jspecify.annotations.NullMarked;
