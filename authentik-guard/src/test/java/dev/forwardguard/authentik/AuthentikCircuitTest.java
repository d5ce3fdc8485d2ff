package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.CircuitContract;

final class AuthentikCircuitTest extends CircuitContract {
    AuthentikCircuitTest() {
        super(Authentik.KIND);
    }
}
