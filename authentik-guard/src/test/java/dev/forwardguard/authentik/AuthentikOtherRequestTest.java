package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.OtherRequestContract;

final class AuthentikOtherRequestTest extends OtherRequestContract {
    AuthentikOtherRequestTest() {
        super(Authentik.KIND);
    }
}
