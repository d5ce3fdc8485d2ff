package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.status.StatusPart;

import jakarta.inject.Singleton;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says in {@code /status} what is open without a password while there is no verdict. */
@Singleton
final class OpenPathsStatus implements StatusPart {
    private static final String OPEN =
            "anybody gets to these without a password while there is no verdict; the chain needs"
                    + " guard-strip-forwarded-target before guard-authentik";
    private static final String NEVER_OPEN =
            "none of these opens at the guarded-paths: behind nginx and Envoy nothing does";

    private final LiveSettings<AuthentikSettings> settings;

    OpenPathsStatus(LiveSettings<AuthentikSettings> settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return "open";
    }

    @Override
    public Map<String, Object> state() {
        AuthentikSettings now = settings.now();
        List<String> paths = now.emergency().open().all().stream().map(OpenPath::toString).toList();
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("paths", paths);
        if (!paths.isEmpty()) {
            state.put("warning", mayBeOpen(now) ? OPEN : NEVER_OPEN);
        }
        return state;
    }

    /** Whether there is a guarded path other than those of nginx and Envoy. */
    private static boolean mayBeOpen(AuthentikSettings now) {
        return now.guardedPaths().plain().stream().anyMatch(EmergencyPaths::canHaveOpenPaths);
    }
}
