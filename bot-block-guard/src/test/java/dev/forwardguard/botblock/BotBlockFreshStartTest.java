package dev.forwardguard.botblock;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.guard.FreshStartContract;

import java.util.Set;

final class BotBlockFreshStartTest extends FreshStartContract {
    BotBlockFreshStartTest() {
        super(BotBlock.KIND, "bot-block-guard", Set.of(Outcome.ALLOW));
    }
}
