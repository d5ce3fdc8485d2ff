package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.RelayContract;

final class AuthentikRelayTest extends RelayContract {
    AuthentikRelayTest() {
        super(Authentik.KIND);
    }
}
