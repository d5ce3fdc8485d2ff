package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.OnePieceContract;

final class AuthentikOnePieceTest extends OnePieceContract {
    AuthentikOnePieceTest() {
        super(Authentik.KIND);
    }
}
