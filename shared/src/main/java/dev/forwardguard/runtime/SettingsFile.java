package dev.forwardguard.runtime;

import dev.forwardguard.live.InvalidContentException;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.live.RegularFile;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.LiveSettings.Document;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Checks a {@code guard.yml}, and an override with it, before they are followed, or before they get
 * anywhere near a guard.
 */
final class SettingsFile {
    private SettingsFile() {}

    /** Returns what is wrong with a file, with its name, and the line and the key if known. */
    static Optional<String> mistake(Path file, LiveSettings<?> settings) {
        return mistake(file, settings.value()::check);
    }

    /** Returns what is wrong with a file, or else with the override that goes over it. */
    static <T> Optional<String> mistake(Path file, Path override, LiveSettings<T> settings) {
        List<Document<T>> valid = new ArrayList<>();
        return mistake(file, content -> valid.add(settings.value().check(content)))
                .or(() -> mistake(override, keys -> settings.overridden(valid.getFirst(), keys)));
    }

    private static Optional<String> mistake(Path file, Function<byte[], ?> parser) {
        try {
            LiveValue.parse(parser, RegularFile.content(file));
            return Optional.empty();
        } catch (InvalidContentException e) {
            return Optional.of(file + ": " + e.getMessage());
        } catch (IOException e) {
            return Optional.of(file + ": cannot be read: " + e.getClass().getSimpleName());
        }
    }
}
