package dev.forwardguard.settings;

/** Whether the guard asks its upstream, and whether it falls back. */
public enum Mode {
    /** Ask; fall back when there is no verdict. */
    AUTO,
    /** Never ask, always fall back: a fire drill, or an upstream scaled to zero on purpose. */
    FALLBACK,
    /** Ask and never fall back: without a verdict the answer is 502 or 504. */
    UPSTREAM
}
