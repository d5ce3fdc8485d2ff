package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.HostileVisitorContract;

final class BotBlockHostileVisitorTest extends HostileVisitorContract {
    BotBlockHostileVisitorTest() {
        super(BotBlock.KIND);
    }
}
