package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.ForwardingContract;

final class AuthentikForwardingTest extends ForwardingContract {
    AuthentikForwardingTest() {
        super(Authentik.KIND);
    }
}
