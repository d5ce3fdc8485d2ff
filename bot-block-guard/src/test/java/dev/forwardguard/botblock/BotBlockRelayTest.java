package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.RelayContract;

final class BotBlockRelayTest extends RelayContract {
    BotBlockRelayTest() {
        super(BotBlock.KIND);
    }
}
