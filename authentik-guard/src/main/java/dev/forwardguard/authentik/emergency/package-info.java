/**
 * Emergency Access: how authentik-guard decides when there is no verdict. {@link
 * dev.forwardguard.authentik.emergency.BasicAuthFallback} reads top to bottom: TLS, users,
 * preflight, credentials. It contains the only line of this guard that allows a request without the
 * upstream.
 */
@NullMarked
package dev.forwardguard.authentik.emergency;

import org.jspecify.annotations.NullMarked;
