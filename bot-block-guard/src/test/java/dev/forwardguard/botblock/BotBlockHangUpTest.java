package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.HangUpContract;

final class BotBlockHangUpTest extends HangUpContract {
    BotBlockHangUpTest() {
        super(BotBlock.KIND);
    }
}
