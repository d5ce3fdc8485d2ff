package dev.forwardguard.authentik.emergency.form;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.htpasswd.Credentials;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Decides about what was typed into the form of a page. */
public interface SignInPolicy {
    /**
     * Asks for a verdict about the page, and looks at what was typed only if there is none. A stage
     * that completes exceptionally is a bug and becomes a refusal.
     *
     * @param page the auth request for the page where the form was
     * @param typed empty if it cannot be a user and a password
     * @param settings under which the request is decided
     */
    CompletionStage<Decision> signIn(
            AuthRequest page, Optional<Credentials> typed, AuthentikSettings settings);
}
