package dev.forwardguard.authentik.emergency;

import java.util.Locale;

/** The events in the security log; the field {@code event}. */
enum SecurityEvent {
    /** A login with a password that was checked. */
    EMERGENCY_LOGIN,
    /** A password that did not grant access. */
    EMERGENCY_DENIED,
    /** A password that was not checked, because of too many wrong ones before. */
    EMERGENCY_THROTTLED;

    private final String label = name().toLowerCase(Locale.ROOT);

    String label() {
        return label;
    }
}
