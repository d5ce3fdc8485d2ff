/**
 * The guard between Traefik and authentik's outpost: asks for a verdict, and without one asks the
 * visitor for HTTP Basic credentials of an htpasswd file ("Emergency Access"). It never fails open:
 * every path through this package that is not one of two ends in a challenge or a refusal. The two
 * are a complete answer of the outpost, and the right password.
 *
 * <p>The emergency password stays in here. Browsers send it for days after an outage; it is neither
 * forwarded to authentik, which would try it as a login, nor echoed to the application behind
 * Traefik.
 */
@NullMarked
package dev.forwardguard.authentik;

import org.jspecify.annotations.NullMarked;
