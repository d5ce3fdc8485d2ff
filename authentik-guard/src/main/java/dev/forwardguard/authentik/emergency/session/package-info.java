/**
 * The emergency session: after one right password a cookie is the way in, so that applications can
 * use {@code Authorization} for themselves during an outage. {@link
 * dev.forwardguard.authentik.emergency.session.EmergencySessions} is the entrance.
 *
 * <p>A cookie only says who is in. Whether that holds (no verdict, TLS, users in force) is decided
 * where the password is.
 */
@NullMarked
package dev.forwardguard.authentik.emergency.session;

import org.jspecify.annotations.NullMarked;
