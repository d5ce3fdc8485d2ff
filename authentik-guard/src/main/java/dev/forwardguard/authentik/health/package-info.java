/**
 * Whether authentik's login works. The outpost still answers while authentik's core or database is
 * down, and redirects every visitor without a session to a login that nobody can use. So the guard
 * asks {@code upstream.login-health-url} by itself, and after three failures in a row a redirect to
 * the login becomes Emergency Access.
 *
 * <p>{@link dev.forwardguard.authentik.health.LoginStatus} is what is known, {@link
 * dev.forwardguard.authentik.health.LoginHealth} asks and remembers it, and {@link
 * dev.forwardguard.authentik.health.LoginTelemetry} shows it to operators.
 */
@NullMarked
package dev.forwardguard.authentik.health;

import org.jspecify.annotations.NullMarked;
