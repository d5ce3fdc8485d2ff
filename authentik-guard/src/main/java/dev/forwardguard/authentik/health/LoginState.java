package dev.forwardguard.authentik.health;

import java.util.Locale;

/** What is known of authentik's login; the metric label {@code state}. */
public enum LoginState {
    /** There is no {@code login-health-url}. */
    OFF,
    /** It never answered 2xx under the settings in force, or is not asked in mode fallback. */
    UNKNOWN,
    /** It answers, with at most two failures since. */
    HEALTHY,
    /** It answered once, and has failed at least three times in a row since. */
    FAILING,
    /** It answers neither 2xx nor 5xx. This counts as healthy, because it says nothing. */
    WRONG_ADDRESS;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** For metrics, logs and people, for instance {@code wrong-address}. */
    public String label() {
        return label;
    }
}
