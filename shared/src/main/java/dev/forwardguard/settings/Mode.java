package dev.forwardguard.settings;

import java.util.Locale;

/** Whether the guard asks its upstream, and whether it falls back. */
public enum Mode {
    /** Ask, and fall back when there is no verdict. */
    AUTO,
    /** Never ask, always fall back: for a drill, or when the upstream is down on purpose. */
    FALLBACK,
    /** Ask, and never fall back: without a verdict respond with 502 or 504. */
    UPSTREAM;

    /** As in {@code guard.yml}, in metrics and in {@code /status}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
