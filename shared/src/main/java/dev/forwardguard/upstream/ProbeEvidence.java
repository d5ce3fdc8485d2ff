package dev.forwardguard.upstream;

import java.util.Locale;

/**
 * Whether a suspect answer to the probe shows that the upstream is broken. It shows nothing if a
 * working upstream answers the same: one that is asked for no host, or for one it does not know.
 */
public enum ProbeEvidence {
    /** There was no answer yet. */
    UNKNOWN,
    /** An answer was not suspect, so a suspect one shows that the upstream is broken. */
    CAN_TELL,
    /** There is no {@code probe-host}, or all answers so far were suspect. */
    CANNOT_TELL;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** For logs and people: {@code unknown}, {@code can-tell}, {@code cannot-tell}. */
    public String label() {
        return label;
    }
}
