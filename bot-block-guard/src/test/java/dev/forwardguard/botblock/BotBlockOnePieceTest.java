package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.OnePieceContract;

final class BotBlockOnePieceTest extends OnePieceContract {
    BotBlockOnePieceTest() {
        super(BotBlock.KIND);
    }
}
