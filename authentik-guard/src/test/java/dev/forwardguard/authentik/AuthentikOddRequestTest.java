package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.OddRequestContract;

final class AuthentikOddRequestTest extends OddRequestContract {
    AuthentikOddRequestTest() {
        super(Authentik.KIND);
    }
}
