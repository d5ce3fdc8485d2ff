package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.HygieneContract;

final class AuthentikHygieneTest extends HygieneContract {
    AuthentikHygieneTest() {
        super(Authentik.KIND);
    }
}
