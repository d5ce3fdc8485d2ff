package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.RelayedCookiesContract;

final class AuthentikRelayedCookiesTest extends RelayedCookiesContract {
    AuthentikRelayedCookiesTest() {
        super(Authentik.KIND);
    }
}
