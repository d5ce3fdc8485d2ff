package dev.forwardguard.botblock;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.guard.GuardKind;

/** What the contract tests need to know about bot-block-guard. */
final class BotBlock {
    static final GuardKind KIND = new GuardKind("/auth", 200, Outcome.ALLOW);

    private BotBlock() {}
}
