package dev.forwardguard.upstream;

import java.util.Locale;

/** The result of a probe, and the metric label {@code result}. */
public enum ProbeResult {
    /** A verdict. */
    ANSWERED,
    /** A verdict, but with a suspect status, although the probe is a valid request. */
    SUSPECT,
    /** No verdict. */
    FAILED;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
