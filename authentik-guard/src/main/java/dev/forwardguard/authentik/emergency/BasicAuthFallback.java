package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikSettings;
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
    private final Logins logins;
    private final SecurityLog security;

    BasicAuthFallback(LiveValue<Htpasswd> htpasswd, Logins logins, SecurityLog security) {
        this.htpasswd = htpasswd;
        this.logins = logins;
        this.security = security;
    }

    /**
     * Decides the request. If a password has to be checked, this happens off the event loop. A
     * stage that completes exceptionally is a bug and becomes a refusal.
     *
     * @param settings under which the request is decided
     */
    public CompletionStage<Decision> decide(
            FallbackReason reason, AuthRequest request, AuthentikSettings settings) {
        return new Attempt(reason, request, settings).decide();
    }

    /** The decision about one request, under the settings that it began with. */
    private final class Attempt {
        private final FallbackReason reason;
        private final AuthRequest request;
        private final AuthentikSettings settings;

        Attempt(FallbackReason reason, AuthRequest request, AuthentikSettings settings) {
            this.reason = reason;
            this.request = request;
            this.settings = settings;
        }

        CompletionStage<Decision> decide() {
            if (settings.emergency().requireHttps() && !cameByTls(request)) {
                security.count(LoginMetric.INSECURE);
                return now(refuse(PageText.INSECURE, 403, 0));
            }
            if (htpasswd.get().filter(users -> !users.isEmpty()).isEmpty()) {
                security.count(LoginMetric.NO_USERS);
                return now(refuse(PageText.NO_USERS, 503, 0));
            }
            if (settings.emergency().allowPreflight() && Preflight.is(request.headers())) {
                security.count(LoginMetric.PREFLIGHT);
                return now(allow(reason, IdentityHeaders.anonymous()));
            }
            Optional<Credentials> credentials =
                    Credentials.parse(request.headers().getAll(HttpHeaderNames.AUTHORIZATION));
            if (credentials.isEmpty()) {
                security.count(LoginMetric.NO_CREDENTIALS);
                return now(challenge(PageText.CHALLENGE));
            }
            ClientAddress client =
                    settings.guard()
                            .clientAddress()
                            .resolve(request.headers(), request.connection().remoteAddress());
            return logins.check(credentials.get(), client, request.connection()::isActive)
                    .thenApply(outcome -> answer(outcome, credentials.get().user(), client));
        }

        private Decision answer(AuthResult outcome, String user, ClientAddress client) {
            return switch (outcome) {
                case Accepted(var remembered) -> {
                    if (remembered) {
                        security.count(LoginMetric.REMEMBERED);
                    } else {
                        security.attempt(LoginMetric.SUCCESS, user, client, request);
                    }
                    yield allow(reason, IdentityHeaders.of(user, settings.emergency().groups()));
                }
                case Rejected(var repeated) -> {
                    if (repeated) {
                        security.count(LoginMetric.BAD_CREDENTIALS);
                    } else {
                        security.attempt(LoginMetric.BAD_CREDENTIALS, user, client, request);
                    }
                    yield challenge(PageText.WRONG_PASSWORD);
                }
                case Throttled(var retryAfter) -> {
                    security.attempt(LoginMetric.THROTTLED, user, client, request);
                    yield refuse(PageText.THROTTLED, 429, seconds(retryAfter));
                }
                case Overloaded() -> {
                    security.attempt(LoginMetric.OVERLOAD, user, client, request);
                    yield refuse(PageText.BUSY, 503, RETRY_AFTER_SECONDS);
                }
                case AuthResult.Cancelled() -> new Cancelled();
            };
        }

        private Decision challenge(PageText kind) {
            EmergencySettings emergency = settings.emergency();
            return new Decision.Challenge(
                    reason,
                    emergency.challengePolicy().headerFor(emergency.realm(), request.headers()),
                    page(kind));
        }

        private Decision refuse(PageText kind, int status, int retryAfterSeconds) {
            return new Refuse(reason, status, retryAfterSeconds, page(kind));
        }

        private Page page(PageText kind) {
            return settings.pages().of(kind, reason, request.headers(), request.id());
        }
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

    /** Rounded up: a retry slightly too early would be refused again. */
    private static int seconds(Duration time) {
        return (int) time.plusMillis(999).toSeconds();
    }

    private static CompletionStage<Decision> now(Decision decision) {
        return CompletableFuture.completedFuture(decision);
    }
}
