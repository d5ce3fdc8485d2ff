package dev.forwardguard.authentik;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.guard.GuardKind;

/** Describes authentik-guard to the shared test contracts. */
public final class Authentik {
    public static final GuardKind KIND =
            new GuardKind("/outpost.goauthentik.io/auth/traefik", 401, Outcome.CHALLENGE);

    private Authentik() {}
}
