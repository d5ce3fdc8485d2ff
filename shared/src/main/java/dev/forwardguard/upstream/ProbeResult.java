package dev.forwardguard.upstream;

import java.util.Locale;

/** What came of a probe; the label {@code result}. */
public enum ProbeResult {
    /** A verdict. */
    ANSWERED,
    /** A verdict, but of a suspect status, although the question was a good one. */
    SUSPECT,
    /** No verdict. */
    FAILED;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
