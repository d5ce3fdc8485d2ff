package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.AnyMethodContract;

final class AuthentikAnyMethodTest extends AnyMethodContract {
    AuthentikAnyMethodTest() {
        super(Authentik.KIND);
    }
}
