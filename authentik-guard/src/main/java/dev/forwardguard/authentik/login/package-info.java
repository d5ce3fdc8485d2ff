/**
 * Checks emergency passwords, and makes brute force expensive for the attacker and for no other
 * visitor. {@link dev.forwardguard.authentik.login.Logins} reads top to bottom: is the same check
 * in flight, is the address throttled, is the password remembered as right or as wrong, may the
 * address try. Only then is a password hashed.
 *
 * <p>Everything here is bounded, and no table that an attacker can fill makes room by forgetting
 * the attacker's failures. Data about a password is stored under an HMAC, and counts only as long
 * as the htpasswd entry that the password was checked against is in force.
 */
@NullMarked
package dev.forwardguard.authentik.login;

import org.jspecify.annotations.NullMarked;
