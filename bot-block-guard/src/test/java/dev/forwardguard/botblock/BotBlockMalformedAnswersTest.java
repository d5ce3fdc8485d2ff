package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.MalformedAnswersContract;

final class BotBlockMalformedAnswersTest extends MalformedAnswersContract {
    BotBlockMalformedAnswersTest() {
        super(BotBlock.KIND);
    }
}
