package dev.forwardguard.authentik;

import dev.forwardguard.testing.guard.RealIpWarningContract;

final class AuthentikRealIpWarningTest extends RealIpWarningContract {}
