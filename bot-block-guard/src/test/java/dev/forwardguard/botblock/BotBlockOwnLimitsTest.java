package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.OwnLimitsContract;

final class BotBlockOwnLimitsTest extends OwnLimitsContract {
    BotBlockOwnLimitsTest() {
        super(BotBlock.KIND);
    }
}
