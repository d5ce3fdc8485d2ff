package dev.forwardguard.settings;

import dev.forwardguard.live.InvalidContentException;

/** A {@code guard.yml} that is refused as a whole; the message is one readable line. */
public final class InvalidSettingsException extends InvalidContentException {
    private static final long serialVersionUID = 1;

    InvalidSettingsException(int line, String problem) {
        super("line " + line + ": " + problem);
    }
}
