package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.LiveSettingsContract;

final class BotBlockLiveSettingsTest extends LiveSettingsContract {
    BotBlockLiveSettingsTest() {
        super(BotBlock.KIND);
    }
}
