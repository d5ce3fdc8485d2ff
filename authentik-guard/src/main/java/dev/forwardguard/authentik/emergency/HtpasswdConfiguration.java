package dev.forwardguard.authentik.emergency;

import io.micronaut.context.annotation.ConfigurationProperties;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * Where the users of Emergency Access come from. The values are strings and are checked here,
 * because Micronaut silently uses the default for a value that it cannot convert.
 *
 * @param source {@code secret} or {@code file}. If not set: the file if {@code file} is set,
 *     otherwise the Secret in a cluster and the file elsewhere
 * @param file the file to follow; it may appear later
 */
@ConfigurationProperties("guard.htpasswd")
record HtpasswdConfiguration(@Nullable String source, @Nullable String file) {
    private static final String DEFAULT_FILE = "/etc/forward-guard/htpasswd";

    /** The kinds of source. */
    enum Source {
        SECRET,
        FILE
    }

    HtpasswdConfiguration {
        source = source == null || source.isBlank() ? null : source;
        file = file == null || file.isBlank() ? null : file;
        if (source != null && !source.equals("secret") && !source.equals("file")) {
            throw new IllegalArgumentException(
                    "guard.htpasswd.source must be secret or file: " + source);
        }
    }

    Source choice(boolean inCluster) {
        if (source != null) {
            return source.equals("secret") ? Source.SECRET : Source.FILE;
        }
        return inCluster && file == null ? Source.SECRET : Source.FILE;
    }

    Path followed() {
        return Path.of(file == null ? DEFAULT_FILE : file);
    }
}
