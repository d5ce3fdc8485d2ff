package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.UnreachableContract;

final class AuthentikUnreachableTest extends UnreachableContract {
    AuthentikUnreachableTest() {
        super(Authentik.KIND);
    }
}
