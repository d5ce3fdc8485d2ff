package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.DeadlineContract;

final class AuthentikDeadlineTest extends DeadlineContract {
    AuthentikDeadlineTest() {
        super(Authentik.KIND);
    }
}
