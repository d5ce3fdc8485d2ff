package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.RelayedCookiesContract;

final class BotBlockRelayedCookiesTest extends RelayedCookiesContract {
    BotBlockRelayedCookiesTest() {
        super(BotBlock.KIND);
    }
}
