package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.ForwardingContract;

final class BotBlockForwardingTest extends ForwardingContract {
    BotBlockForwardingTest() {
        super(BotBlock.KIND);
    }
}
