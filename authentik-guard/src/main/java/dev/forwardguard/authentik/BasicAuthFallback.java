package dev.forwardguard.authentik;

import dev.forwardguard.forwardauth.Decision;
import dev.forwardguard.forwardauth.Decision.Allow;
import dev.forwardguard.forwardauth.Decision.Refuse;
import dev.forwardguard.forwardauth.Decision.Unheard;
import dev.forwardguard.forwardauth.ForwardAuthRequest;
import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.upstream.FallbackReason;

import io.netty.handler.codec.http.HttpHeaderNames;

import jakarta.inject.Singleton;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/** Emergency Access: what to decide about a visitor when there is no verdict. */
@Singleton
final class BasicAuthFallback {
    private static final int RETRY_AFTER_SECONDS = 5;

    private final LiveValue<Htpasswd> htpasswd;
    private final AuthentikProfile profile;
    private final HashingPool hashing;
    private final SecurityLog security;

    BasicAuthFallback(
            LiveValue<Htpasswd> htpasswd,
            AuthentikProfile profile,
            HashingPool hashing,
            SecurityLog security) {
        this.htpasswd = htpasswd;
        this.profile = profile;
        this.hashing = hashing;
        this.security = security;
    }

    /**
     * Decides, off the event loop if a password has to be checked. A failure of the stage is a bug,
     * and becomes a refusal.
     */
    CompletionStage<Decision> decide(FallbackReason reason, ForwardAuthRequest request) {
        if (profile.all().emergency().requireHttps() && !cameByTls(request)) {
            return now(insecure(reason));
        }
        if (htpasswd.get().filter(users -> !users.isEmpty()).isEmpty()) {
            return now(noUsers(reason));
        }
        Optional<Credentials> credentials =
                Credentials.parse(request.headers().getAll(HttpHeaderNames.AUTHORIZATION));
        if (credentials.isEmpty()) {
            security.count(LoginResult.NO_CREDENTIALS);
            return now(challenge(reason));
        }
        try {
            return CompletableFuture.supplyAsync(
                    () -> check(credentials.get(), reason, request), hashing);
        } catch (RejectedExecutionException full) {
            security.attempt(LoginResult.OVERLOAD, credentials.get().user(), request);
            return now(overload(reason));
        }
    }

    /**
     * Takes the users as they are when the check begins, not as they were when it was queued: a
     * password may have been revoked meanwhile.
     */
    private Decision check(
            Credentials credentials, FallbackReason reason, ForwardAuthRequest request) {
        if (!request.connection().isActive()) {
            return new Unheard();
        }
        Optional<Htpasswd> users = htpasswd.get();
        boolean known = users.isPresent() && users.get().authenticate(credentials);
        security.attempt(
                known ? LoginResult.SUCCESS : LoginResult.BAD_CREDENTIALS,
                credentials.user(),
                request);
        return known ? allow(reason, credentials.user()) : challenge(reason);
    }

    /** Allow line no. 2: the right password. */
    private Decision allow(FallbackReason reason, String user) {
        return new Allow(reason, IdentityHeaders.of(user, profile.all().emergency().groups()));
    }

    /** Traefik says {@code wss} of a WebSocket handshake over TLS. */
    private static boolean cameByTls(ForwardAuthRequest request) {
        List<String> protocols = request.headers().getAll("X-Forwarded-Proto");
        return protocols.size() == 1
                && (protocols.getFirst().equalsIgnoreCase("https")
                        || protocols.getFirst().equalsIgnoreCase("wss"));
    }

    private Decision challenge(FallbackReason reason) {
        return new Decision.Challenge(
                reason,
                profile.all().emergency().realm().toString(),
                "The login service is not available ("
                        + reason.label()
                        + "). Emergency Access: log in with an emergency user and password.\n");
    }

    private Decision insecure(FallbackReason reason) {
        security.count(LoginResult.INSECURE);
        return new Refuse(
                reason,
                403,
                0,
                "The login service is not available, and Emergency Access needs HTTPS.\n");
    }

    private Decision noUsers(FallbackReason reason) {
        security.count(LoginResult.NO_USERS);
        return new Refuse(
                reason,
                503,
                0,
                "The login service is not available, and Emergency Access has no users.\n");
    }

    private static Decision overload(FallbackReason reason) {
        return new Refuse(
                reason,
                503,
                RETRY_AFTER_SECONDS,
                "Too many logins at once. Please try again in a few seconds.\n");
    }

    private static CompletionStage<Decision> now(Decision decision) {
        return CompletableFuture.completedFuture(decision);
    }
}
