package dev.forwardguard.telemetry;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Which build this is: in the first log line, in {@code /status}, in {@code guard_build_info}, and
 * what {@code --version} prints.
 *
 * @param version of the release, or {@code X.Y.Z-SNAPSHOT} of what is to become one
 * @param revision the commit that it was built from; {@code unknown} unless the build says so, as
 *     that of the images does
 */
public record BuildInfo(String version, String revision) {
    private static final String FILE = "/META-INF/forward-guard.properties";

    /** Reads what the build has left. */
    public static BuildInfo read() {
        var properties = new Properties();
        try (InputStream file = requireNonNull(BuildInfo.class.getResourceAsStream(FILE), FILE)) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildInfo(
                properties.getProperty("version", "unknown"),
                properties.getProperty("revision", "unknown"));
    }

    /** As JSON fields. */
    public Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("version", version);
        state.put("revision", revision);
        return state;
    }
}
