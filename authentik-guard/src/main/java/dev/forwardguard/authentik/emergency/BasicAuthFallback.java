package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.ClientAuthorization;
import dev.forwardguard.authentik.IdentityHeaders;
import dev.forwardguard.authentik.emergency.session.EmergencySessions;
import dev.forwardguard.authentik.emergency.session.EmergencySessions.Session;
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
import dev.forwardguard.guard.Decision.Redirect;
import dev.forwardguard.guard.Decision.Refuse;
import dev.forwardguard.guard.Page;
import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.htpasswd.HtpasswdEntry;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.outcome.FallbackReason;

import io.netty.handler.codec.http.HttpHeaderNames;

import jakarta.inject.Singleton;

import java.time.Duration;
import java.util.HashMap;
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
    private final EmergencySessions sessions;
    private final SecurityLog security;

    BasicAuthFallback(
            LiveValue<Htpasswd> htpasswd,
            Logins logins,
            EmergencySessions sessions,
            SecurityLog security) {
        this.htpasswd = htpasswd;
        this.logins = logins;
        this.sessions = sessions;
        this.security = security;
    }

    /**
     * Decides the request. If a password has to be checked, this happens off the event loop. A
     * stage that completes exceptionally is a bug and becomes a refusal.
     *
     * @param authorization what the visitor sent in {@code Authorization}
     * @param settings under which the request is decided
     */
    public CompletionStage<Decision> decide(
            FallbackReason reason,
            AuthRequest request,
            ClientAuthorization authorization,
            AuthentikSettings settings) {
        return new Attempt(reason, request, authorization, settings).decide();
    }

    /** The decision about one request, under the settings that it began with. */
    private final class Attempt {
        private final FallbackReason reason;
        private final AuthRequest request;
        private final ClientAuthorization authorization;
        private final AuthentikSettings settings;

        Attempt(
                FallbackReason reason,
                AuthRequest request,
                ClientAuthorization authorization,
                AuthentikSettings settings) {
            this.reason = reason;
            this.request = request;
            this.authorization = authorization;
            this.settings = settings;
        }

        CompletionStage<Decision> decide() {
            if (settings.emergency().requireHttps() && !cameByTls(request)) {
                security.count(LoginMetric.INSECURE);
                return now(refuse(PageText.INSECURE, 403, 0));
            }
            Optional<Htpasswd> users = htpasswd.get().filter(all -> !all.isEmpty());
            if (users.isEmpty()) {
                security.count(LoginMetric.NO_USERS);
                return now(refuse(PageText.NO_USERS, 503, 0));
            }
            if (settings.emergency().allowPreflight() && Preflight.is(request.headers())) {
                security.count(LoginMetric.PREFLIGHT);
                return now(allow(reason, IdentityHeaders.anonymous()));
            }
            Optional<Credentials> credentials =
                    Credentials.parse(request.headers().getAll(HttpHeaderNames.AUTHORIZATION));
            Optional<String> session = session();
            if (session.isPresent() && !namesAnother(session.get(), credentials)) {
                return now(allowSession(session.get()));
            }
            if (credentials.isEmpty()) {
                security.count(LoginMetric.NO_CREDENTIALS);
                return now(challenge(PageText.CHALLENGE, opensNoDialog()));
            }
            ClientAddress client =
                    settings.guard()
                            .clientAddress()
                            .resolve(request.headers(), request.connection().remoteAddress());
            // before the check: a session is for the line that was in force by then, or for none
            Optional<HtpasswdEntry> line = users.get().entry(credentials.get().user());
            return logins.check(credentials.get(), client, request.connection()::isActive)
                    .thenApply(outcome -> answer(outcome, credentials.get(), line, client))
                    .thenApply(decision -> session.isPresent() ? orSession(decision) : decision);
        }

        /** A check can take seconds, in which the session may have ended. */
        private Decision orSession(Decision decision) {
            boolean decided =
                    decision instanceof Allow
                            || decision instanceof Redirect
                            || decision instanceof Cancelled;
            return decided ? decision : session().map(this::allowSession).orElse(decision);
        }

        /** The user of a session that holds; also without {@code require-https} only over TLS. */
        private Optional<String> session() {
            if (!cameByTls(request)) {
                return Optional.empty();
            }
            return switch (sessions.of(request.headers(), settings.emergency().session())) {
                case Session.None() -> Optional.empty();
                case Session.Of(var user) -> Optional.of(user);
                case Session.Invalid() -> {
                    security.count(LoginMetric.INVALID_SESSION);
                    yield Optional.empty();
                }
            };
        }

        /** Whoever knows the password of another emergency user wants to be that one. */
        private boolean namesAnother(String user, Optional<Credentials> credentials) {
            return authorization.emergency()
                    && credentials.filter(other -> !other.user().equals(user)).isPresent();
        }

        private Decision allowSession(String user) {
            security.count(LoginMetric.SESSION);
            Map<String, String> answer = new HashMap<>(identity(user));
            // the application's own, or it would not get to it; two have no meaning
            if (!authorization.emergency() && authorization.values().size() == 1) {
                answer.put(
                        HttpHeaderNames.AUTHORIZATION.toString(),
                        authorization.values().getFirst());
            }
            return allow(reason, answer);
        }

        private Map<String, String> identity(String user) {
            return IdentityHeaders.of(user, settings.emergency().groups());
        }

        /**
         * @param line of the user in the htpasswd file
         */
        private Decision answer(
                AuthResult outcome,
                Credentials credentials,
                Optional<HtpasswdEntry> line,
                ClientAddress client) {
            String user = credentials.user();
            return switch (outcome) {
                case Accepted(var remembered) -> {
                    if (remembered) {
                        security.count(LoginMetric.REMEMBERED);
                    } else {
                        security.attempt(LoginMetric.SUCCESS, user, client, request);
                    }
                    yield line.flatMap(
                                    entry ->
                                            sessions.begin(
                                                    entry,
                                                    request.headers(),
                                                    client,
                                                    settings.emergency().session()))
                            .<Decision>map(
                                    begun -> new Redirect(reason, begun.location(), begun.cookie()))
                            .orElseGet(() -> allow(reason, identity(user)));
                }
                case Rejected(var repeated) -> {
                    if (repeated) {
                        security.count(LoginMetric.BAD_CREDENTIALS);
                    } else {
                        security.attempt(LoginMetric.BAD_CREDENTIALS, user, client, request);
                    }
                    boolean quiet = opensNoDialog() || logins.areInLoop(credentials, client);
                    yield challenge(PageText.WRONG_PASSWORD, quiet);
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

        private boolean opensNoDialog() {
            EmergencySettings emergency = settings.emergency();
            return emergency
                    .challengePolicy()
                    .isSilentFor(request.headers(), sessions.areOn(emergency.session()));
        }

        /**
         * @param quiet whether no browser is to show its dialog or to try another password
         */
        private Decision challenge(PageText kind, boolean quiet) {
            String challenge = settings.emergency().realm().challenge();
            return new Decision.Challenge(
                    reason, quiet ? ChallengePolicy.silent(challenge) : challenge, page(kind));
        }

        private Decision refuse(PageText kind, int status, int retryAfterSeconds) {
            return new Refuse(reason, status, retryAfterSeconds, page(kind));
        }

        private Page page(PageText kind) {
            return settings.pages().of(kind, reason, request.headers(), request.id());
        }
    }

    /**
     * Allow line no. 2: the right password, now or at the beginning of a session, and, if the
     * operator enables it, a preflight without an identity.
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
