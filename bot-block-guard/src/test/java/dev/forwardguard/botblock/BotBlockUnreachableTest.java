package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.UnreachableContract;

final class BotBlockUnreachableTest extends UnreachableContract {
    BotBlockUnreachableTest() {
        super(BotBlock.KIND);
    }
}
