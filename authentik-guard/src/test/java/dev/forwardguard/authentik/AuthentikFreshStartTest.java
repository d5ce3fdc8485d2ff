package dev.forwardguard.authentik;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.guard.FreshStartContract;

import java.util.EnumSet;

final class AuthentikFreshStartTest extends FreshStartContract {
    AuthentikFreshStartTest() {
        super(Authentik.KIND, "authentik-guard", EnumSet.allOf(Outcome.class));
    }
}
