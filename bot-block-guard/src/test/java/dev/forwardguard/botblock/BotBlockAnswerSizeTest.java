package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.AnswerSizeContract;

final class BotBlockAnswerSizeTest extends AnswerSizeContract {
    BotBlockAnswerSizeTest() {
        super(BotBlock.KIND);
    }
}
