package dev.forwardguard.authentik.emergency;

import java.util.Locale;

/** What came of a visitor's contact with Emergency Access; the label {@code result}. */
public enum LoginMetric {
    /** The right password, checked. */
    SUCCESS,
    /** The right password again, remembered from its last check. */
    REMEMBERED,
    /** Credentials that are not in the htpasswd file. */
    BAD_CREDENTIALS,
    /** No credentials yet: a challenge. */
    NO_CREDENTIALS,
    /** Let pass as nobody: the preflight of another site, with {@code allow-preflight}. */
    PREFLIGHT,
    /** Refused because the visitor did not come by TLS. */
    INSECURE,
    /** Refused because there is no htpasswd file, or nobody in it. */
    NO_USERS,
    /** Refused unchecked because too many wrong passwords came from this address. */
    THROTTLED,
    /** Refused because too many passwords wait for their check. */
    OVERLOAD;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
