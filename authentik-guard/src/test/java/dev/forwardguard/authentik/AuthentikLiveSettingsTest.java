package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.LiveSettingsContract;

final class AuthentikLiveSettingsTest extends LiveSettingsContract {
    AuthentikLiveSettingsTest() {
        super(Authentik.KIND);
    }
}
