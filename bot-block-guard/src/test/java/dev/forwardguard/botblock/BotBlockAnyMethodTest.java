package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.AnyMethodContract;

final class BotBlockAnyMethodTest extends AnyMethodContract {
    BotBlockAnyMethodTest() {
        super(BotBlock.KIND);
    }
}
