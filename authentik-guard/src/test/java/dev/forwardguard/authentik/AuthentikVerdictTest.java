package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.VerdictContract;

import java.util.stream.IntStream;

final class AuthentikVerdictTest extends VerdictContract {
    AuthentikVerdictTest() {
        super(Authentik.KIND);
    }

    @Override
    protected IntStream noVerdicts() {
        return IntStream.of(206, 304, 412, 416, 417, 502, 503, 504);
    }
}
