/**
 * Emergency Access: what authentik-guard decides without a verdict. {@link
 * dev.forwardguard.authentik.emergency.BasicAuthFallback} reads top to bottom: TLS, users,
 * preflight, credentials. It has the only line of this guard that allows without the upstream.
 */
@NullMarked
package dev.forwardguard.authentik.emergency;

import org.jspecify.annotations.NullMarked;
