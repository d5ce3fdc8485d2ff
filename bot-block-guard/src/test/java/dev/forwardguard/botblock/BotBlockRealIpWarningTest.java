package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.RealIpWarningContract;

final class BotBlockRealIpWarningTest extends RealIpWarningContract {}
