package dev.forwardguard.authentik;

import dev.forwardguard.authentik.login.LoginOutcome;
import dev.forwardguard.authentik.login.LoginOutcome.Overloaded;
import dev.forwardguard.authentik.login.LoginOutcome.Right;
import dev.forwardguard.authentik.login.LoginOutcome.Throttled;
import dev.forwardguard.authentik.login.LoginOutcome.Wrong;
import dev.forwardguard.authentik.login.Logins;
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

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Emergency Access: what to decide about a visitor when there is no verdict. */
@Singleton
final class BasicAuthFallback {
    private static final int RETRY_AFTER_SECONDS = 5;

    private final LiveValue<Htpasswd> htpasswd;
    private final AuthentikProfile profile;
    private final Logins logins;
    private final SecurityLog security;

    BasicAuthFallback(
            LiveValue<Htpasswd> htpasswd,
            AuthentikProfile profile,
            Logins logins,
            SecurityLog security) {
        this.htpasswd = htpasswd;
        this.profile = profile;
        this.logins = logins;
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
        return logins.check(
                        credentials.get(),
                        profile.all()
                                .emergency()
                                .clientAddress()
                                .of(request.headers(), request.connection().remoteAddress()),
                        request.connection()::isActive)
                .thenApply(outcome -> answer(outcome, credentials.get().user(), reason, request));
    }

    private Decision answer(
            LoginOutcome outcome, String user, FallbackReason reason, ForwardAuthRequest request) {
        return switch (outcome) {
            case Right(var remembered) -> {
                if (remembered) {
                    security.count(LoginResult.REMEMBERED);
                } else {
                    security.attempt(LoginResult.SUCCESS, user, request);
                }
                yield allow(reason, user);
            }
            case Wrong(var repeated) -> {
                if (repeated) {
                    security.count(LoginResult.BAD_CREDENTIALS);
                } else {
                    security.attempt(LoginResult.BAD_CREDENTIALS, user, request);
                }
                yield challenge(reason);
            }
            case Throttled(var retryAfter) -> {
                security.attempt(LoginResult.THROTTLED, user, request);
                yield throttled(reason, retryAfter);
            }
            case Overloaded() -> {
                security.attempt(LoginResult.OVERLOAD, user, request);
                yield overload(reason);
            }
            case LoginOutcome.Unheard() -> new Unheard();
        };
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

    private static Decision throttled(FallbackReason reason, Duration retryAfter) {
        return new Refuse(
                reason,
                429,
                (int) retryAfter.plusMillis(999).toSeconds(),
                "Too many wrong passwords came from your address. Please wait.\n");
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
