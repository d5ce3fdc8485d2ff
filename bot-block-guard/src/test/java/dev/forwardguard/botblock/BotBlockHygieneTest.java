package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.HygieneContract;

final class BotBlockHygieneTest extends HygieneContract {
    BotBlockHygieneTest() {
        super(BotBlock.KIND);
    }
}
