package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.FaultMatrixContract;

final class AuthentikFaultMatrixTest extends FaultMatrixContract {
    AuthentikFaultMatrixTest() {
        super(Authentik.KIND);
    }
}
