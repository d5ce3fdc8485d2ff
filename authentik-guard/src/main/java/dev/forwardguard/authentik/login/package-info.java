/**
 * Who gets in by an emergency password, and how guessing is kept expensive for the guesser and for
 * nobody else. {@link dev.forwardguard.authentik.login.Logins} reads top to bottom: is the address
 * throttled, is the login remembered, was this very guess just refused, may the address try; only
 * then is a password hashed.
 *
 * <p>Everything here is bounded, and nothing that an attacker can fill makes room by forgetting
 * what is held against him. What concerns a password is kept under an HMAC, and counts only as long
 * as the htpasswd entry is the one that the password was held against.
 */
@NullMarked
package dev.forwardguard.authentik.login;

import org.jspecify.annotations.NullMarked;
