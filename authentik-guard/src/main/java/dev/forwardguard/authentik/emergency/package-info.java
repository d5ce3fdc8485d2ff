/**
 * Emergency Access: how authentik-guard decides when there is no verdict. {@link
 * dev.forwardguard.authentik.emergency.BasicAuthFallback} reads top to bottom: TLS, users,
 * preflight, session, credentials. It has the line that allows a request by a password, without the
 * upstream.
 */
@NullMarked
package dev.forwardguard.authentik.emergency;

import org.jspecify.annotations.NullMarked;
