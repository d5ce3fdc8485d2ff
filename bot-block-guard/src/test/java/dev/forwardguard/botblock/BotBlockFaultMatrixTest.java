package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.FaultMatrixContract;

final class BotBlockFaultMatrixTest extends FaultMatrixContract {
    BotBlockFaultMatrixTest() {
        super(BotBlock.KIND);
    }
}
