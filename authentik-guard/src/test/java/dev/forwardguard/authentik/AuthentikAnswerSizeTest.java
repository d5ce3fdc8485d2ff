package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.AnswerSizeContract;

final class AuthentikAnswerSizeTest extends AnswerSizeContract {
    AuthentikAnswerSizeTest() {
        super(Authentik.KIND);
    }
}
