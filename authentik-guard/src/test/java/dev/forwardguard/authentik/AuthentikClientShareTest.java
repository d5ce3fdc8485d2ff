package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.ClientShareContract;

final class AuthentikClientShareTest extends ClientShareContract {
    AuthentikClientShareTest() {
        super(Authentik.KIND);
    }
}
