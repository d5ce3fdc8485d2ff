package dev.forwardguard.runtime;

import io.micronaut.context.annotation.ConfigurationProperties;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * The locations of {@code guard.yml} and of its override.
 *
 * @param file the file to follow; if it is not set, {@link #USUAL_PLACE}, which may be absent
 * @param overrideFile the override, which is usually absent; if it is not set, {@link
 *     #USUAL_OVERRIDE}
 */
@ConfigurationProperties("guard.settings")
public record SettingsFileConfiguration(@Nullable Path file, @Nullable Path overrideFile) {
    /** Where a cluster mounts the ConfigMap. */
    public static final Path USUAL_PLACE = Path.of("/etc/forward-guard/guard.yml");

    /** Where a cluster mounts the ConfigMap of the override. */
    public static final Path USUAL_OVERRIDE = Path.of("/etc/forward-guard-override/guard.yml");

    Path followed() {
        return file == null ? USUAL_PLACE : file;
    }

    Path followedOverride() {
        return overrideFile == null ? USUAL_OVERRIDE : overrideFile;
    }
}
