package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.PipeliningContract;

final class AuthentikPipeliningTest extends PipeliningContract {
    AuthentikPipeliningTest() {
        super(Authentik.KIND);
    }
}
