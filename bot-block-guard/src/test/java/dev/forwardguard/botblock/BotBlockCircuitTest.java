package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.CircuitContract;

final class BotBlockCircuitTest extends CircuitContract {
    BotBlockCircuitTest() {
        super(BotBlock.KIND);
    }
}
