package dev.forwardguard.settings;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The guard's own question to the upstream.
 *
 * @param path what it asks for, behind the path prefix of the upstream's URL
 * @param host the {@code X-Forwarded-Host} that makes it a question with a known good answer: the
 *     name of an application that the upstream protects; without it, suspect answers have no
 *     consequences
 * @param suspectStatuses statuses that are verdicts, but in large numbers say that the upstream is
 *     broken
 */
public record ProbeSettings(String path, Optional<String> host, Set<Integer> suspectStatuses) {
    public ProbeSettings {
        suspectStatuses = Collections.unmodifiableSet(new TreeSet<>(suspectStatuses));
    }

    /** Takes its keys, which are part of section {@code upstream}. */
    static ProbeSettings take(YamlSection section, ProbeSettings defaults) {
        return new ProbeSettings(
                section.value("probe-path", defaults.path, ProbeSettings::path),
                section.value("probe-host", defaults.host, ProbeSettings::host),
                section.integers("suspect-statuses", defaults.suspectStatuses, 200, 599));
    }

    private static String path(String text) {
        if (!text.matches("/[!-~&&[^#]]*")) {
            throw new IllegalArgumentException(
                    "must begin with / and be printable ASCII without a space");
        }
        return text;
    }

    private static Optional<String> host(String text) {
        if (!text.matches("[A-Za-z0-9.-]{1,253}(:\\d{1,5})?|\\[[0-9A-Fa-f:.]+](:\\d{1,5})?")) {
            throw new IllegalArgumentException("must be a host name, optionally with a port");
        }
        return Optional.of(text);
    }

    /** As Java would, but quicker: see the package. */
    @Override
    public String toString() {
        return "ProbeSettings[path="
                + path
                + ", host="
                + host
                + ", suspectStatuses="
                + suspectStatuses
                + "]";
    }
}
