package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.HostileVisitorContract;

final class AuthentikHostileVisitorTest extends HostileVisitorContract {
    AuthentikHostileVisitorTest() {
        super(Authentik.KIND);
    }
}
