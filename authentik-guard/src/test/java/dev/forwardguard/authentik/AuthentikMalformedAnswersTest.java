package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.MalformedAnswersContract;

final class AuthentikMalformedAnswersTest extends MalformedAnswersContract {
    AuthentikMalformedAnswersTest() {
        super(Authentik.KIND);
    }
}
