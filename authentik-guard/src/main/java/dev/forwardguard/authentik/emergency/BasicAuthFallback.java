package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.ClientAuthorization;
import dev.forwardguard.authentik.IdentityHeaders;
import dev.forwardguard.authentik.emergency.session.EmergencySessions;
import dev.forwardguard.authentik.emergency.session.EmergencySessions.Beginning;
import dev.forwardguard.authentik.emergency.session.EmergencySessions.Session;
import dev.forwardguard.authentik.emergency.session.PageAddress;
import dev.forwardguard.authentik.login.AuthResult;
import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Overloaded;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.authentik.login.AuthResult.Throttled;
import dev.forwardguard.authentik.login.Logins;
import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Allow;
import dev.forwardguard.guard.Decision.Cancelled;
import dev.forwardguard.guard.Decision.Redirect;
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
    private final LiveValue<Htpasswd> htpasswd;
    private final Logins logins;
    private final EmergencySessions sessions;
    private final SecurityLog security;
    private final Namesakes namesakes;

    BasicAuthFallback(
            LiveValue<Htpasswd> htpasswd,
            Logins logins,
            EmergencySessions sessions,
            SecurityLog security,
            Namesakes namesakes) {
        this.htpasswd = htpasswd;
        this.logins = logins;
        this.sessions = sessions;
        this.security = security;
        this.namesakes = namesakes;
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
        return new Attempt(reason, request, authorization, settings, false).decide();
    }

    /**
     * Decides about what was typed into the form of a page, likewise. Somebody who gets in is sent
     * to the page with a cookie. An allow is for somebody who would get in, but for whom there are
     * no sessions by now.
     *
     * @param page the request for the page
     * @param typed empty if it cannot be a user and a password
     */
    public CompletionStage<Decision> signIn(
            FallbackReason reason,
            AuthRequest page,
            Optional<Credentials> typed,
            AuthentikSettings settings) {
        var nothing = new ClientAuthorization(List.of(), false);
        return new Attempt(reason, page, nothing, settings, true).signIn(typed);
    }

    /** The decision about one request, under the settings that it began with. */
    private final class Attempt {
        private final FallbackReason reason;
        private final AuthRequest request;
        private final ClientAuthorization authorization;
        private final AuthentikSettings settings;
        private final boolean typed;
        private final Duration session;
        private final Denials denials;

        Attempt(
                FallbackReason reason,
                AuthRequest request,
                ClientAuthorization authorization,
                AuthentikSettings settings,
                boolean typed) {
            this.reason = reason;
            this.request = request;
            this.authorization = authorization;
            this.settings = settings;
            this.typed = typed;
            this.session = sessionFor(request, settings);
            this.denials = new Denials(reason, request, settings, sessions, session, typed);
        }

        CompletionStage<Decision> decide() {
            Optional<Decision> refusal = refusalOfAll();
            if (refusal.isPresent()) {
                return now(refusal.get());
            }
            if (settings.emergency().allowPreflight()
                    && mayPassAsNobody()
                    && Preflight.is(request.headers())) {
                security.count(LoginMetric.PREFLIGHT);
                return now(allow(reason, IdentityHeaders.anonymous()));
            }
            Optional<Credentials> credentials =
                    Credentials.parse(request.headers().getAll(HttpHeaderNames.AUTHORIZATION));
            Session held = session();
            if (held instanceof Session.Invalid) {
                security.count(LoginMetric.INVALID_SESSION);
            }
            if (held instanceof Session.Of(var user) && !namesAnother(user, credentials)) {
                tellOfNamesake(Optional.of(user));
                return now(allowSession(user));
            }
            if (mayBeOpen() && settings.emergency().open().include(request.headers())) {
                security.passed(client(), request);
                tellOfNamesake(Optional.empty());
                return now(allow(reason, withOwnToken(IdentityHeaders.anonymous())));
            }
            if (credentials.isEmpty()) {
                return now(noCredentials());
            }
            return check(credentials.get())
                    .thenApply(
                            decision ->
                                    held instanceof Session.Of ? orSession(decision) : decision);
        }

        CompletionStage<Decision> signIn(Optional<Credentials> credentials) {
            Optional<Decision> refusal = refusalOfAll();
            if (refusal.isPresent()) {
                return now(refusal.get());
            }
            if (credentials.isEmpty()) {
                return now(noCredentials());
            }
            logins.typed(credentials.get(), client());
            return check(credentials.get());
        }

        /**
         * Whether what needs no password may pass. Whoever fills the guard with requests does not
         * get in by that. Where the path is the visitor's, {@code X-Forwarded-*} can be the
         * visitor's, too.
         */
        private boolean mayPassAsNobody() {
            return reason != FallbackReason.OVERLOAD && !endsInVisitorsPath();
        }

        /**
         * Whether there may be open paths. While only the login is down there is a verdict: what
         * authentik lets pass without a login, it lets pass by itself.
         */
        private boolean mayBeOpen() {
            return mayPassAsNobody()
                    && reason != FallbackReason.LOGIN_DOWN
                    && EmergencyPaths.canHaveOpenPaths(request.path());
        }

        private boolean endsInVisitorsPath() {
            return settings.guardedPaths().endInVisitorsPath(request.path());
        }

        private Optional<Decision> refusalOfAll() {
            if (settings.emergency().requireHttps() && !VisitorScheme.isTls(request)) {
                security.count(LoginMetric.INSECURE);
                return Optional.of(denials.insecure());
            }
            if (users().isEmpty()) {
                security.count(LoginMetric.NO_USERS);
                return Optional.of(denials.noUsers());
            }
            return Optional.empty();
        }

        private Optional<Htpasswd> users() {
            return htpasswd.get().filter(all -> !all.isEmpty());
        }

        private Decision noCredentials() {
            security.count(LoginMetric.NO_CREDENTIALS);
            return denials.noCredentials();
        }

        private CompletionStage<Decision> check(Credentials credentials) {
            ClientAddress client = client();
            // before the check: a session is for the line that was in force by then, or for none
            Optional<HtpasswdEntry> line = users().flatMap(all -> all.entry(credentials.user()));
            return logins.check(credentials, client, request.connection()::isActive)
                    .thenApply(outcome -> answer(outcome, credentials, line, client));
        }

        private ClientAddress client() {
            return settings.guard()
                    .clientAddress()
                    .resolve(request.headers(), request.connection().remoteAddress());
        }

        /** A check can take seconds, in which the session may have ended. */
        private Decision orSession(Decision decision) {
            boolean decided =
                    decision instanceof Allow
                            || decision instanceof Redirect
                            || decision instanceof Cancelled;
            return !decided && session() instanceof Session.Of(var user)
                    ? allowSession(user)
                    : decision;
        }

        /** The session that holds; also without {@code require-https} only over TLS. */
        private Session session() {
            return VisitorScheme.isTls(request)
                    ? sessions.of(request.headers(), session)
                    : new Session.None();
        }

        /** Whoever knows the password of another emergency user wants to be that one. */
        private boolean namesAnother(String user, Optional<Credentials> credentials) {
            return authorization.emergency()
                    && credentials.filter(other -> !other.user().equals(user)).isPresent();
        }

        /**
         * To be called where the password is not checked.
         *
         * @param self whose name the browser sends by itself
         */
        private void tellOfNamesake(Optional<String> self) {
            if (authorization.emergency()) {
                namesakes.withheld(authorization.values(), self, this::client, request);
            }
        }

        private Decision allowSession(String user) {
            security.count(LoginMetric.SESSION);
            return allow(reason, withOwnToken(identity(user)));
        }

        /** The application's own token, or it would not get to it; two have no meaning. */
        private Map<String, String> withOwnToken(Map<String, String> identity) {
            Map<String, String> answer = new HashMap<>(identity);
            if (!authorization.emergency() && authorization.values().size() == 1) {
                answer.put(
                        HttpHeaderNames.AUTHORIZATION.toString(),
                        authorization.values().getFirst());
            }
            return answer;
        }

        /** The password stays here; Traefik, Caddy and nginx need not be told. */
        private Map<String, String> withoutPassword(Map<String, String> identity) {
            if (!endsInVisitorsPath()) {
                return identity;
            }
            Map<String, String> answer = new HashMap<>(identity);
            answer.put(ClientAuthorization.REMOVED_BY_ENVOY, "authorization");
            return answer;
        }

        private Map<String, String> identity(String user) {
            return IdentityHeaders.of(user, settings.emergency().identity(user));
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
                    if (!typed && session() instanceof Session.SignedOut) {
                        if (remembered) {
                            security.count(LoginMetric.SIGNED_OUT);
                        } else {
                            security.attempt(LoginMetric.SIGNED_OUT, user, client, request);
                        }
                        yield denials.signedOut();
                    }
                    if (remembered) {
                        security.count(LoginMetric.REMEMBERED);
                    } else {
                        security.attempt(LoginMetric.SUCCESS, user, client, request);
                    }
                    yield line.flatMap(entry -> begin(entry, client))
                            .<Decision>map(
                                    begun -> new Redirect(reason, begun.location(), begun.cookie()))
                            .orElseGet(() -> allow(reason, withoutPassword(identity(user))));
                }
                case Rejected(var repeated) -> {
                    if (repeated) {
                        security.count(LoginMetric.BAD_CREDENTIALS);
                    } else {
                        security.attempt(LoginMetric.BAD_CREDENTIALS, user, client, request);
                    }
                    yield denials.wrongPassword(() -> logins.areInLoop(credentials, client));
                }
                case Throttled(var retryAfter) -> {
                    security.attempt(LoginMetric.THROTTLED, user, client, request);
                    yield denials.throttled(retryAfter);
                }
                case Overloaded() -> {
                    security.attempt(LoginMetric.OVERLOAD, user, client, request);
                    yield denials.busy();
                }
                case AuthResult.Cancelled() -> new Cancelled();
            };
        }

        private Optional<Beginning> begin(HtpasswdEntry line, ClientAddress client) {
            return typed
                    ? PageAddress.of(request.headers())
                            .flatMap(page -> sessions.begin(line, page, session))
                    : sessions.begin(line, request.headers(), client, session);
        }
    }

    /**
     * Allow line no. 2: the right password, now or at the beginning of a session, and, if the
     * operator enables it, a preflight or an open path without an identity.
     */
    private static Decision allow(FallbackReason reason, Map<String, String> identity) {
        return new Allow(reason, identity);
    }

    /** How long a session is; zero where there can be none. */
    private static Duration sessionFor(AuthRequest request, AuthentikSettings settings) {
        String path = request.path();
        return EmergencyPaths.canHaveSessions(path)
                        && !settings.guardedPaths().endInVisitorsPath(path)
                ? settings.emergency().session()
                : Duration.ZERO;
    }

    private static CompletionStage<Decision> now(Decision decision) {
        return CompletableFuture.completedFuture(decision);
    }
}
