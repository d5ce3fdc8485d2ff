package dev.forwardguard.authentik.emergency;

import io.micronaut.context.annotation.ConfigurationProperties;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * Where the users of Emergency Access come from. Strings, checked here: what Micronaut cannot
 * convert it would replace by the default without a word.
 *
 * @param source {@code secret} or {@code file}; if it is not set, the file if that is set, else the
 *     Secret in a cluster and the file elsewhere
 * @param file the file to follow; it may come later
 */
@ConfigurationProperties("guard.htpasswd")
record HtpasswdConfiguration(@Nullable String source, @Nullable String file) {
    private static final String USUAL_PLACE = "/etc/forward-guard/htpasswd";

    /** What can feed the live value. */
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
        return Path.of(file == null ? USUAL_PLACE : file);
    }
}
