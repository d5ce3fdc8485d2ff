package dev.forwardguard.authentik.emergency;

import java.util.Locale;

/** What the log of security events tells; the field {@code event}. */
enum SecurityEvent {
    /** Somebody got in by a password that was checked. */
    EMERGENCY_LOGIN,
    /** Somebody sent a password and did not get in. */
    EMERGENCY_DENIED,
    /** The same, unchecked, because of too many wrong ones before. */
    EMERGENCY_THROTTLED;

    private final String label = name().toLowerCase(Locale.ROOT);

    String label() {
        return label;
    }
}
