package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.SilenceContract;

final class AuthentikSilenceTest extends SilenceContract {
    AuthentikSilenceTest() {
        super(Authentik.KIND);
    }
}
