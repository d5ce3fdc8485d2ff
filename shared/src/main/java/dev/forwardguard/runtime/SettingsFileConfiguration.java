package dev.forwardguard.runtime;

import io.micronaut.context.annotation.ConfigurationProperties;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * The location of {@code guard.yml}.
 *
 * @param file the file to follow; if it is not set, {@link #USUAL_PLACE}, which may be absent
 */
@ConfigurationProperties("guard.settings")
public record SettingsFileConfiguration(@Nullable Path file) {
    /** Where a cluster mounts the ConfigMap. */
    public static final Path USUAL_PLACE = Path.of("/etc/forward-guard/guard.yml");

    Path followed() {
        return file == null ? USUAL_PLACE : file;
    }
}
