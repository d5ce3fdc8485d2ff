package dev.forwardguard.settings;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The probe: the guard's own request to the upstream.
 *
 * @param path the path of the probe, appended to the path prefix of the upstream's URL
 * @param host the {@code X-Forwarded-Host} of the probe: the name of an application that the
 *     upstream protects, so that the right response is known; without it, suspect answers have no
 *     consequences
 * @param suspectStatuses statuses that are verdicts, but in large numbers show that the upstream is
 *     broken
 */
public record ProbeSettings(String path, Optional<String> host, Set<Integer> suspectStatuses) {
    public ProbeSettings {
        suspectStatuses = Collections.unmodifiableSet(new TreeSet<>(suspectStatuses));
    }

    /** Takes the keys of the probe out of section {@code upstream}. */
    static ProbeSettings take(YamlSection section, ProbeSettings defaults) {
        return new ProbeSettings(
                section.value("probe-path", defaults.path, UpstreamSettings::target),
                section.value("probe-host", defaults.host, ProbeSettings::host),
                section.integers("suspect-statuses", defaults.suspectStatuses, 200, 599));
    }

    private static Optional<String> host(String text) {
        if (!text.matches("[A-Za-z0-9.-]{1,253}(:\\d{1,5})?|\\[[0-9A-Fa-f:.]+](:\\d{1,5})?")) {
            throw new IllegalArgumentException("must be a host name, optionally with a port");
        }
        return Optional.of(text);
    }
}
