package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.PipeliningContract;

final class BotBlockPipeliningTest extends PipeliningContract {
    BotBlockPipeliningTest() {
        super(BotBlock.KIND);
    }
}
