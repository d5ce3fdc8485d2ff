package dev.forwardguard.authentik.emergency;

import java.util.Locale;

/** What Emergency Access decided; the label {@code result}. */
public enum LoginMetric {
    /** The right password, checked. */
    SUCCESS,
    /** The right password again, remembered from its last check. */
    REMEMBERED,
    /** Credentials that do not match the htpasswd file. */
    BAD_CREDENTIALS,
    /** Allowed by the cookie of an emergency session. */
    SESSION,
    /** A cookie that is no session here and now; decided as if there were none. */
    INVALID_SESSION,
    /** The right password, refused once, because its user has signed out. */
    SIGNED_OUT,
    /** No credentials yet: a challenge. */
    NO_CREDENTIALS,
    /** A session that goes on with its last verdict; counted once for each session and outage. */
    STALE,
    /** Allowed without an identity: a CORS preflight, with {@code allow-preflight}. */
    PREFLIGHT,
    /** Allowed without an identity: a path of {@code open}. */
    OPEN,
    /** Refused because the visitor did not use TLS. */
    INSECURE,
    /** Refused because there is no htpasswd file, or it has no users. */
    NO_USERS,
    /** Refused without a check: too many wrong passwords came from this address. */
    THROTTLED,
    /** Refused without a check: too many passwords are waiting. */
    OVERLOAD;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
