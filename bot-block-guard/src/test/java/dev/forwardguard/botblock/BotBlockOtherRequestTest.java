package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.OtherRequestContract;

final class BotBlockOtherRequestTest extends OtherRequestContract {
    BotBlockOtherRequestTest() {
        super(BotBlock.KIND);
    }
}
