package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.DeadlineContract;

final class BotBlockDeadlineTest extends DeadlineContract {
    BotBlockDeadlineTest() {
        super(BotBlock.KIND);
    }
}
