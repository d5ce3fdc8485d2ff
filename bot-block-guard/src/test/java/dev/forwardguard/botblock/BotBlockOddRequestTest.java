package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.OddRequestContract;

final class BotBlockOddRequestTest extends OddRequestContract {
    BotBlockOddRequestTest() {
        super(BotBlock.KIND);
    }
}
