package dev.forwardguard.settings;

import dev.forwardguard.live.InvalidContentException;

/** Rejects a {@code guard.yml} as a whole. The message is one readable line. */
public final class InvalidSettingsException extends InvalidContentException {
    private static final long serialVersionUID = 1;

    InvalidSettingsException(int line, String problem) {
        super("line " + line + ": " + problem);
    }

    /** Names the place itself. */
    InvalidSettingsException(String problem) {
        super(problem);
    }
}
