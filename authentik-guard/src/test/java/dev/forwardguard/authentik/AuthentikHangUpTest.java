package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.HangUpContract;

final class AuthentikHangUpTest extends HangUpContract {
    AuthentikHangUpTest() {
        super(Authentik.KIND);
    }
}
