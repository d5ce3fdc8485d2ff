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
        List<String> paths =
                settings.now().emergency().open().all().stream().map(OpenPath::toString).toList();
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("paths", paths);
        if (!paths.isEmpty()) {
            state.put(
                    "warning",
                    "anybody gets to these without a password while there is no verdict; the chain"
                            + " needs guard-strip-forwarded-target before guard-authentik");
        }
        return state;
    }
}
