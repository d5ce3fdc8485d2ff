package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.OwnLimitsContract;

final class AuthentikOwnLimitsTest extends OwnLimitsContract {
    AuthentikOwnLimitsTest() {
        super(Authentik.KIND);
    }
}
