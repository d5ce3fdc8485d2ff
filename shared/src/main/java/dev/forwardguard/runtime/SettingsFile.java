package dev.forwardguard.runtime;

import dev.forwardguard.live.InvalidContentException;
import dev.forwardguard.live.RegularFile;
import dev.forwardguard.settings.LiveSettings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Checks a {@code guard.yml} before it is followed, or before it gets anywhere near a guard. */
final class SettingsFile {
    private SettingsFile() {}

    /** Returns what is wrong with a file, with its name, and the line and the key if known. */
    static Optional<String> mistake(Path file, LiveSettings<?> settings) {
        try {
            settings.value().check(RegularFile.content(file));
            return Optional.empty();
        } catch (InvalidContentException e) {
            return Optional.of(file + ": " + e.getMessage());
        } catch (IOException e) {
            return Optional.of(file + ": cannot be read: " + e.getClass().getSimpleName());
        }
    }
}
