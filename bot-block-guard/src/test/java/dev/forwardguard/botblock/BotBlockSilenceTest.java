package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.SilenceContract;

final class BotBlockSilenceTest extends SilenceContract {
    BotBlockSilenceTest() {
        super(BotBlock.KIND);
    }
}
