package dev.forwardguard.testing.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.settings.InvalidSettingsException;
import dev.forwardguard.settings.LiveSettings;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The keys that an override may have, found by trying. */
public final class OverridableKeys {
    private OverridableKeys() {}

    /** Those among these keys that are not refused as such, whatever their value. */
    public static <T> Set<String> among(Set<String> keys, LiveSettings<T> settings) {
        Set<String> overridable = new TreeSet<>();
        for (String key : keys) {
            if (!isRefused(key, settings)) {
                overridable.add(key);
            }
        }
        return overridable;
    }

    private static <T> boolean isRefused(String key, LiveSettings<T> settings) {
        String document = "{" + key.replace(".", ": {") + ": []" + (key.contains(".") ? "}}" : "}");
        try {
            settings.overridden(settings.value().get().orElseThrow(), document.getBytes(UTF_8));
            throw new AssertionError(key + " took a list");
        } catch (InvalidSettingsException e) {
            String message = String.valueOf(e.getMessage());
            return Stream.of(key, key.split("\\.", 2)[0]) // a section of which no key can be
                    .anyMatch(
                            named ->
                                    message.startsWith(
                                            "line 1: "
                                                    + named
                                                    + " cannot be overridden; these can: "));
        }
    }
}
