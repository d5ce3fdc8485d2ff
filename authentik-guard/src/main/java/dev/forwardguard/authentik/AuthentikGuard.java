package dev.forwardguard.authentik;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.authentik.emergency.BasicAuthFallback;
import dev.forwardguard.authentik.emergency.EmergencyPaths;
import dev.forwardguard.authentik.emergency.EmergencyUsers;
import dev.forwardguard.authentik.emergency.LoginMetric;
import dev.forwardguard.authentik.emergency.Namesakes;
import dev.forwardguard.authentik.emergency.SecurityLog;
import dev.forwardguard.authentik.emergency.VisitorScheme;
import dev.forwardguard.authentik.emergency.form.SignInPolicy;
import dev.forwardguard.authentik.emergency.session.EmergencyCookie;
import dev.forwardguard.authentik.emergency.session.PageLoad;
import dev.forwardguard.authentik.health.LoginHealth;
import dev.forwardguard.authentik.pages.PageText;
import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.forwarded.ForwardedHeaders;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Fail;
import dev.forwardguard.guard.Decision.Refuse;
import dev.forwardguard.guard.Decision.Relay;
import dev.forwardguard.guard.Decision.Stale;
import dev.forwardguard.guard.Guard;
import dev.forwardguard.guard.GuardPolicy;
import dev.forwardguard.guard.HeaderSelection;
import dev.forwardguard.guard.Page;
import dev.forwardguard.guard.RequestId;
import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.http1.OutgoingHeaders;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamRequest;
import dev.forwardguard.upstream.breaker.CircuitState;
import dev.forwardguard.verdict.Verdicts;
import dev.forwardguard.verdict.Verdicts.RememberedAllow;

import io.micronaut.context.annotation.Context;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.util.AsciiString;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides auth requests at the guarded paths, and about the form of the emergency page; the rest of
 * the outpost is passed through.
 */
@Context // a bean that cannot be created stops the start, not the first request
final class AuthentikGuard implements Guard, SignInPolicy {
    private static final int OVERLOAD_RETRY_SECONDS = 5;
    private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");

    /** The outpost believes them more than the request itself. */
    private static final HeaderNames TARGET =
            HeaderNames.of("x-forwarded-host", "x-forwarded-method", "x-forwarded-uri");

    private final LiveSettings<AuthentikSettings> settings;
    private final Upstream upstream;
    private final BasicAuthFallback fallback;
    private final EmergencyUsers users;
    private final Namesakes namesakes;
    private final LoginHealth login;
    private final Verdicts verdicts;
    private final SecurityLog security;
    private final ForwardedHeaders forwarded;

    AuthentikGuard(
            LiveSettings<AuthentikSettings> settings,
            Upstream upstream,
            BasicAuthFallback fallback,
            EmergencyUsers users,
            Namesakes namesakes,
            LoginHealth login,
            Verdicts verdicts,
            SecurityLog security,
            ForwardedHeaders forwarded) {
        this.settings = settings;
        this.upstream = upstream;
        this.fallback = fallback;
        this.users = users;
        this.namesakes = namesakes;
        this.login = login;
        this.verdicts = verdicts;
        this.security = security;
        this.forwarded = forwarded;
    }

    @Override
    public GuardPolicy policy() {
        return new Policy(settings.now());
    }

    @Override
    public CompletionStage<Decision> signIn(
            AuthRequest page, Optional<Credentials> typed, AuthentikSettings now) {
        return new Policy(now)
                .decide(page, (reason, any) -> fallback.signIn(reason, page, typed, now));
    }

    /** Decides without a verdict. */
    private interface Fallback {
        CompletionStage<Decision> decide(FallbackReason reason, ClientAuthorization authorization);
    }

    private final class Policy implements GuardPolicy {
        private final AuthentikSettings now;

        Policy(AuthentikSettings now) {
            this.now = now;
        }

        @Override
        public boolean handles(String path) {
            return now.guardedPaths().include(path);
        }

        @Override
        public CompletionStage<Decision> decide(AuthRequest request) {
            return decide(
                    request,
                    (reason, authorization) ->
                            fallback.decide(reason, request, authorization, now));
        }

        CompletionStage<Decision> decide(AuthRequest request, Fallback without) {
            if (IdentityHeaders.haveAliasIn(request.headers())) {
                // in every mode: with a right password, too, the application must not be deceived
                return refuse(FallbackReason.BAD_REQUEST, 400, PageText.ALIASED, request);
            }
            GuardSettings guard = now.guard();
            var authorization = ClientAuthorization.of(request.headers(), users);
            OutgoingHeaders headers = forUpstream(request);
            var upstreamRequest =
                    new UpstreamRequest(
                            request.path() + request.query(),
                            host(request),
                            EmergencyCookie.isIn(request.headers())
                                    ? EmergencyCookie.strip(authorization.strip(headers))
                                    : authorization.strip(headers),
                            () ->
                                    forwarded.visitorOf(
                                            request, guard.clientAddress(), VisitorScheme::isTls),
                            request.connection());
            return ask(upstreamRequest, request)
                    .thenCompose(
                            outcome ->
                                    decide(
                                            outcome,
                                            request,
                                            upstreamRequest,
                                            authorization,
                                            without));
        }

        private OutgoingHeaders forUpstream(AuthRequest request) {
            OutgoingHeaders headers =
                    HeaderSelection.forUpstream(
                            request.headers(), now.guard().dropRequestHeaders());
            return endsInVisitorsPath(request) ? withoutTarget(headers) : headers;
        }

        /**
         * That of the visitor's request, where no {@code X-Forwarded-Host} of a gateway has it: the
         * outpost finds the application by it.
         */
        private Optional<String> host(AuthRequest request) {
            if (!endsInVisitorsPath(request) && !isOnlyInOriginalUrl(request)) {
                return Optional.empty();
            }
            List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
            return hosts.size() == 1 ? Optional.of(hosts.getFirst()) : Optional.empty();
        }

        /** nginx as authentik documents it. */
        private boolean isOnlyInOriginalUrl(AuthRequest request) {
            return EmergencyPaths.isOfNginx(request.path())
                    && !request.headers().contains(FORWARDED_HOST);
        }

        private boolean endsInVisitorsPath(AuthRequest request) {
            return now.guardedPaths().endInVisitorsPath(request.path());
        }

        private CompletionStage<UpstreamOutcome> ask(
                UpstreamRequest upstreamRequest, AuthRequest request) {
            GuardSettings guard = now.guard();
            if (now.verdicts().areOff()) {
                return upstream.ask(upstreamRequest, guard);
            }
            if (SessionChange.isAboutSignOut(request)) {
                Runnable signOut = verdicts.signOut(request.headers(), now.verdicts());
                signOut.run(); // whatever the outpost says, or if it says nothing
                return upstream.ask(upstreamRequest, guard)
                        .whenComplete((_, _) -> signOut.run()); // what it allowed until then
            }
            if (SessionChange.isAboutCallback(request) || endsInVisitorsPath(request)) {
                return upstream.ask(upstreamRequest, guard);
            }
            return verdicts.inFrontOf(upstream, now.verdicts(), () -> client(request))
                    .ask(upstreamRequest, guard);
        }

        /** Also that of a proxy which stands for many visitors. */
        private ClientAddress client(AuthRequest request) {
            return now.guard()
                    .clientAddress()
                    .resolve(request.headers(), request.connection().remoteAddress());
        }

        private CompletionStage<Decision> decide(
                UpstreamOutcome outcome,
                AuthRequest request,
                UpstreamRequest upstreamRequest,
                ClientAuthorization authorization,
                Fallback without) {
            Mode mode = now.guard().mode();
            return switch (outcome) {
                case Answered(var verdict)
                        when mode == Mode.AUTO && isRedirect(verdict) && login.isFailing() ->
                        without.decide(FallbackReason.LOGIN_DOWN, authorization);
                case Answered(var verdict) -> decided(relay(verdict, request, authorization));
                case Unavailable(var reason) when mode == Mode.UPSTREAM ->
                        decided(
                                new Fail(
                                        reason,
                                        page(PageText.OUTPOST_UNAVAILABLE, reason, request)));
                // whoever can make the upstream send a large response, by a long URL for instance,
                // must not get to Emergency Access by it
                case Unavailable(var reason) when reason == FallbackReason.RESPONSE_TOO_LARGE ->
                        refuse(reason, 502, PageText.TOO_LARGE, request);
                case Unavailable(var reason) -> {
                    Optional<RememberedAllow> last =
                            isOutage(reason) && !endsInVisitorsPath(request)
                                    ? verdicts.lastAllow(
                                            upstreamRequest,
                                            now.verdicts(),
                                            now.guard(),
                                            () -> client(request))
                                    : Optional.empty();
                    yield last.isPresent()
                            ? decided(stale(reason, last.get(), request, authorization))
                            : without.decide(reason, authorization);
                }
                case UpstreamOutcome.Cancelled() -> decided(new Decision.Cancelled());
            };
        }

        private UpstreamResponse echo(
                UpstreamResponse verdict, AuthRequest request, ClientAuthorization authorization) {
            return endsInVisitorsPath(request)
                    ? authorization.removeByEnvoy(authorization.echo(verdict))
                    : authorization.echo(verdict);
        }

        private Decision relay(
                UpstreamResponse verdict, AuthRequest request, ClientAuthorization authorization) {
            if (authorization.emergency()) {
                namesakes.withheld(authorization.values(), () -> client(request), request);
            }
            return Relay.of(
                    afterOutage(echo(verdict, request, authorization), request),
                    now.guard().relayedCookies(),
                    () ->
                            page(
                                    PageText.REFUSED_AT_LENGTH,
                                    FallbackReason.RESPONSE_TOO_LARGE,
                                    request));
        }

        /**
         * Takes the cookie of the emergency session away once it has no effect. Only when a page is
         * opened: an outpost that comes and goes would otherwise end the session of an open one.
         */
        private UpstreamResponse afterOutage(UpstreamResponse verdict, AuthRequest request) {
            if (!isRedirect(verdict)
                    || !EmergencyCookie.isIn(request.headers())
                    || !PageLoad.isByBrowser(request.headers())) {
                return verdict;
            }
            HttpHeaders cleared = verdict.headers().copy();
            cleared.add(HttpHeaderNames.SET_COOKIE, EmergencyCookie.clear());
            return new UpstreamResponse(verdict.status(), cleared, verdict.body());
        }

        /** Whoever fills the guard with requests does not get in by that. */
        private boolean isOutage(FallbackReason reason) {
            return reason != FallbackReason.OVERLOAD || upstream.circuit() != CircuitState.CLOSED;
        }

        private Decision stale(
                FallbackReason reason,
                RememberedAllow last,
                AuthRequest request,
                ClientAuthorization authorization) {
            if (last.firstUse()) {
                String user = new String(last.user().getBytes(ISO_8859_1), UTF_8);
                security.attempt(LoginMetric.STALE, user, client(request), request);
            }
            if (authorization.emergency()) {
                namesakes.withheld(authorization.values(), () -> client(request), request);
            }
            return allow(reason, authorization.echo(last.verdict()));
        }

        private CompletionStage<Decision> refuse(
                FallbackReason reason, int status, PageText text, AuthRequest request) {
            return decided(new Refuse(reason, status, 0, page(text, reason, request)));
        }

        private Page page(PageText kind, FallbackReason reason, AuthRequest request) {
            return now.pages().of(kind, reason, request.headers(), request.id());
        }

        @Override
        public Decision withoutRequest(FallbackReason reason, int status, HttpHeaders headers) {
            PageText kind =
                    switch (reason) {
                        case BAD_REQUEST -> PageText.UNREADABLE;
                        case OVERLOAD -> PageText.OVERLOADED;
                        default -> PageText.INTERNAL_ERROR;
                    };
            return new Refuse(
                    reason,
                    status,
                    reason == FallbackReason.OVERLOAD ? OVERLOAD_RETRY_SECONDS : 0,
                    now.pages().of(kind, reason, headers, RequestId.of(headers)));
        }
    }

    /** Envoy does not write these; they are the visitor's own. */
    private static OutgoingHeaders withoutTarget(OutgoingHeaders headers) {
        return header ->
                headers.forEach(
                        (name, value) -> {
                            if (!TARGET.contains(name)) {
                                header.accept(name, value);
                            }
                        });
    }

    /** Allow line no. 3: the last verdict of this session, from this network. */
    private static Decision allow(FallbackReason reason, UpstreamResponse lastVerdict) {
        return new Stale(reason, IdentityHeaders.complete(lastVerdict));
    }

    private static CompletionStage<Decision> decided(Decision decision) {
        return CompletableFuture.completedFuture(decision);
    }

    /** At a guarded path the outpost redirects nowhere else than to the login. */
    private static boolean isRedirect(UpstreamResponse verdict) {
        return verdict.status().codeClass() == HttpStatusClass.REDIRECTION
                && verdict.headers().contains(HttpHeaderNames.LOCATION);
    }
}
