package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikProfile;
import dev.forwardguard.authentik.IdentityHeaders;
import dev.forwardguard.authentik.login.AuthResult;
import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Overloaded;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.authentik.login.AuthResult.Throttled;
import dev.forwardguard.authentik.login.Logins;
import dev.forwardguard.authentik.pages.PageText;
import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Allow;
import dev.forwardguard.guard.Decision.Cancelled;
import dev.forwardguard.guard.Decision.Refuse;
import dev.forwardguard.guard.Page;
import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.outcome.FallbackReason;

import io.netty.handler.codec.http.HttpHeaderNames;

import jakarta.inject.Singleton;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Emergency Access: decides about a visitor when there is no verdict. */
@Singleton
public final class BasicAuthFallback {
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
     * Decides the request. If a password has to be checked, this happens off the event loop. A
     * stage that completes exceptionally is a bug and becomes a refusal.
     */
    public CompletionStage<Decision> decide(FallbackReason reason, AuthRequest request) {
        if (profile.all().emergency().requireHttps() && !cameByTls(request)) {
            security.count(LoginMetric.INSECURE);
            return now(refuse(PageText.INSECURE, 403, 0, reason, request));
        }
        if (htpasswd.get().filter(users -> !users.isEmpty()).isEmpty()) {
            security.count(LoginMetric.NO_USERS);
            return now(refuse(PageText.NO_USERS, 503, 0, reason, request));
        }
        if (profile.all().emergency().allowPreflight() && Preflight.is(request.headers())) {
            security.count(LoginMetric.PREFLIGHT);
            return now(allow(reason, IdentityHeaders.anonymous()));
        }
        Optional<Credentials> credentials =
                Credentials.parse(request.headers().getAll(HttpHeaderNames.AUTHORIZATION));
        if (credentials.isEmpty()) {
            security.count(LoginMetric.NO_CREDENTIALS);
            return now(challenge(PageText.CHALLENGE, reason, request));
        }
        ClientAddress client =
                profile.settings()
                        .clientAddress()
                        .resolve(request.headers(), request.connection().remoteAddress());
        return logins.check(credentials.get(), client, request.connection()::isActive)
                .thenApply(
                        outcome ->
                                answer(outcome, credentials.get().user(), client, reason, request));
    }

    private Decision answer(
            AuthResult outcome,
            String user,
            ClientAddress client,
            FallbackReason reason,
            AuthRequest request) {
        return switch (outcome) {
            case Accepted(var remembered) -> {
                if (remembered) {
                    security.count(LoginMetric.REMEMBERED);
                } else {
                    security.loggedIn(user, client, request);
                }
                yield allow(reason, IdentityHeaders.of(user, profile.all().emergency().groups()));
            }
            case Rejected(var repeated) -> {
                if (repeated) {
                    security.count(LoginMetric.BAD_CREDENTIALS);
                } else {
                    security.denied(LoginMetric.BAD_CREDENTIALS, user, client, request);
                }
                yield challenge(PageText.WRONG_PASSWORD, reason, request);
            }
            case Throttled(var retryAfter) -> {
                security.denied(LoginMetric.THROTTLED, user, client, request);
                yield refuse(PageText.THROTTLED, 429, seconds(retryAfter), reason, request);
            }
            case Overloaded() -> {
                security.denied(LoginMetric.OVERLOAD, user, client, request);
                yield refuse(PageText.BUSY, 503, RETRY_AFTER_SECONDS, reason, request);
            }
            case AuthResult.Cancelled() -> new Cancelled();
        };
    }

    /**
     * Allow line no. 2: the right password and, if the operator enables it, a preflight without an
     * identity.
     */
    private static Decision allow(FallbackReason reason, Map<String, String> identity) {
        return new Allow(reason, identity);
    }

    /** Traefik sends {@code wss} for a WebSocket handshake over TLS. */
    private static boolean cameByTls(AuthRequest request) {
        List<String> protocols = request.headers().getAll("X-Forwarded-Proto");
        return protocols.size() == 1
                && (protocols.getFirst().equalsIgnoreCase("https")
                        || protocols.getFirst().equalsIgnoreCase("wss"));
    }

    private Decision challenge(PageText kind, FallbackReason reason, AuthRequest request) {
        EmergencySettings settings = profile.all().emergency();
        return new Decision.Challenge(
                reason,
                settings.challengePolicy().headerFor(settings.realm(), request.headers()),
                page(kind, reason, request));
    }

    private Decision refuse(
            PageText kind,
            int status,
            int retryAfterSeconds,
            FallbackReason reason,
            AuthRequest request) {
        return new Refuse(reason, status, retryAfterSeconds, page(kind, reason, request));
    }

    private Page page(PageText kind, FallbackReason reason, AuthRequest request) {
        return profile.page(kind, reason, request.headers(), request.id());
    }

    /** Rounded up: a retry slightly too early would be refused again. */
    private static int seconds(Duration time) {
        return (int) time.plusMillis(999).toSeconds();
    }

    private static CompletionStage<Decision> now(Decision decision) {
        return CompletableFuture.completedFuture(decision);
    }
}
