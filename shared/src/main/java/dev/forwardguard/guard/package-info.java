/**
 * The domain of a guard: what Traefik sends, what a guard can decide, and what Traefik gets back.
 *
 * <p>The contract is Traefik's {@code pkg/middlewares/auth/forward.go}. For every request to a
 * protected site Traefik sends an auth request to the guard: GET unless {@code
 * preserveRequestMethod}, without a body unless {@code forwardBody}, with the original target in
 * {@code X-Forwarded-Method, -Proto, -Host, -Uri}. Any 2xx lets the original request pass, and
 * Traefik copies the headers listed in {@code authResponseHeaders} from the response to it. Any
 * other response goes back to the visitor as it is: status, headers and body.
 *
 * <p>A {@link dev.forwardguard.guard.Guard} turns an {@link dev.forwardguard.guard.AuthRequest}
 * into a {@link dev.forwardguard.guard.Decision}; {@link dev.forwardguard.guard.AuthResponse} turns
 * that into HTTP.
 */
@NullMarked
package dev.forwardguard.guard;

import org.jspecify.annotations.NullMarked;
