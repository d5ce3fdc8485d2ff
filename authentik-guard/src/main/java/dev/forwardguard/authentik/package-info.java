/**
 * The guard between Traefik and authentik's outpost. It asks the outpost for a verdict. Without
 * one, it asks the visitor for HTTP Basic credentials and checks them against an htpasswd file
 * ("Emergency Access").
 *
 * <p>A redirect to the login is such a case, too, while the login is known to be down: see {@link
 * dev.forwardguard.authentik.health}.
 *
 * <p>It never fails open. Without a verdict of the outpost, only these requests pass: one with the
 * right password, or of a session that began with it; where {@code emergency.allow-preflight} is
 * on, a CORS preflight, and where {@code emergency.open} has paths, one for these, both without an
 * identity; and where {@code verdicts.survive-outage} is on, one of a session that had an allow
 * before. Every other request gets a challenge, a refusal or, in mode {@code upstream}, an error.
 *
 * <p>The emergency password stays in this guard. Browsers send it for days after an outage. It is
 * neither forwarded to authentik, which would try it as a login, nor echoed to the application
 * behind Traefik.
 */
@NullMarked
package dev.forwardguard.authentik;

import org.jspecify.annotations.NullMarked;
