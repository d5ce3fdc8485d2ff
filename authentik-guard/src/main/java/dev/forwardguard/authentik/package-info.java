/**
 * The guard between Traefik and authentik's outpost: asks for a verdict, and without one asks the
 * visitor for HTTP Basic credentials of an htpasswd file ("Emergency Access"). It never fails open:
 * without a verdict of the outpost only two kinds of requests pass, and every other path ends in a
 * challenge or a refusal. They are a request with the right password, and, where {@code
 * emergency.allow-preflight} is on, a CORS preflight, which passes as nobody.
 *
 * <p>The emergency password stays in here. Browsers send it for days after an outage; it is neither
 * forwarded to authentik, which would try it as a login, nor echoed to the application behind
 * Traefik.
 */
@NullMarked
package dev.forwardguard.authentik;

import org.jspecify.annotations.NullMarked;
