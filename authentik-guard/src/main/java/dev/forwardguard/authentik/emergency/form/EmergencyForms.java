package dev.forwardguard.authentik.emergency.form;

import static dev.forwardguard.authentik.emergency.EmergencyPaths.SIGN_IN;
import static dev.forwardguard.authentik.emergency.EmergencyPaths.SIGN_OUT;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.emergency.EmergencyPaths;
import dev.forwardguard.authentik.emergency.session.EmergencySessions;
import dev.forwardguard.authentik.emergency.session.PageAddress;
import dev.forwardguard.authentik.pages.PageAction;
import dev.forwardguard.authentik.pages.PageText;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Allow;
import dev.forwardguard.guard.Decision.Cancelled;
import dev.forwardguard.guard.Decision.Challenge;
import dev.forwardguard.guard.Decision.Fail;
import dev.forwardguard.guard.Decision.Redirect;
import dev.forwardguard.guard.Decision.Refuse;
import dev.forwardguard.guard.Decision.Relay;
import dev.forwardguard.guard.Decision.Stale;
import dev.forwardguard.guard.Guard;
import dev.forwardguard.guard.Page;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.server.CallerConnection;
import dev.forwardguard.server.OtherRequests;
import dev.forwardguard.server.UnexpectedFailureHandler;
import dev.forwardguard.settings.LiveSettings;

import io.micronaut.context.annotation.Context;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Takes the form of the emergency page, and signs people out. Only pages of the site itself may
 * send anything: another site could sign its visitors in or out.
 */
@Context // a bean that cannot be created stops the start, not the first request
final class EmergencyForms implements OtherRequests {
    /** What is said of the form, and not of the page. */
    private static final List<CharSequence> OF_FORM =
            List.of(
                    HttpHeaderNames.AUTHORIZATION,
                    HttpHeaderNames.CONTENT_LENGTH,
                    HttpHeaderNames.CONTENT_TYPE,
                    HttpHeaderNames.ORIGIN,
                    HttpHeaderNames.TRANSFER_ENCODING,
                    "X-Forwarded-Prefix",
                    "X-Original-URI",
                    "X-Original-URL",
                    "X-Replaced-Path");

    private final LiveSettings<AuthentikSettings> settings;
    private final SignInPolicy policy;
    private final EmergencySessions sessions;
    private final Guard guard;
    private final UnexpectedFailureHandler failures;

    EmergencyForms(
            LiveSettings<AuthentikSettings> settings,
            SignInPolicy policy,
            EmergencySessions sessions,
            Guard guard,
            UnexpectedFailureHandler failures) {
        this.settings = settings;
        this.policy = policy;
        this.sessions = sessions;
        this.guard = guard;
        this.failures = failures;
    }

    @Override
    public ChannelHandler handlerFor(CallerConnection connection) {
        return new FormHandler(this, connection);
    }

    /** Before the pass-through, to which these paths belong as well. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /** Whether a path is one that no other handler may get. */
    static boolean owns(String path) {
        return path.startsWith(EmergencyPaths.PREFIX);
    }

    /** A request under the settings that it began with. */
    Visit visit(AuthRequest request, HttpMethod method) {
        return new Visit(settings.now(), request, method);
    }

    /** One request of a visitor. */
    final class Visit {
        private final AuthentikSettings now;
        private final AuthRequest request;
        private final HttpMethod method;

        private Visit(AuthentikSettings now, AuthRequest request, HttpMethod method) {
            this.now = now;
            this.request = request;
            this.method = method;
        }

        /** The response, if it does not depend on the body. */
        Optional<AuthResponse> withoutBody() {
            boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
            if (!exists()) {
                return Optional.of(plain(HttpResponseStatus.NOT_FOUND));
            }
            if (reads) {
                return Optional.of(
                        isSignIn()
                                ? AuthResponse.seeOther("/") // where there is a form, if need be
                                : page(
                                        HttpResponseStatus.OK,
                                        PageText.SIGN_OUT,
                                        new PageAction.SignOut(SIGN_OUT)));
            }
            if (!method.equals(HttpMethod.POST)) {
                AuthResponse refusal = plain(HttpResponseStatus.METHOD_NOT_ALLOWED);
                refusal.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD, POST");
                return Optional.of(refusal);
            }
            Optional<PageAddress> start = PageAddress.startPage(request.headers());
            if (start.isEmpty() || !SameOrigin.is(request.headers(), start.get().host())) {
                return Optional.of(
                        page(
                                HttpResponseStatus.FORBIDDEN,
                                PageText.FOREIGN_FORM,
                                new PageAction.None()));
            }
            return isSignIn() ? Optional.empty() : Optional.of(signedOut(start.get()));
        }

        private boolean exists() {
            boolean on = sessions.areOn(now.emergency().session());
            return on && (isSignIn() ? now.emergency().form() : request.path().equals(SIGN_OUT));
        }

        private boolean isSignIn() {
            return request.path().equals(SIGN_IN);
        }

        private AuthResponse signedOut(PageAddress start) {
            AuthResponse response =
                    page(HttpResponseStatus.OK, PageText.SIGNED_OUT, new PageAction.None());
            response.headers()
                    .set(
                            HttpHeaderNames.SET_COOKIE,
                            sessions.end(start.host(), now.emergency().session()));
            return response;
        }

        /** The response to a form. It never fails. */
        CompletionStage<AuthResponse> signIn(byte[] body) {
            Optional<SignInForm> form = SignInForm.parse(body);
            if (form.isEmpty()) {
                return CompletableFuture.completedFuture(
                        unreadable(HttpResponseStatus.BAD_REQUEST));
            }
            try {
                AuthRequest page = authRequestFor(form.get().page());
                return policy.signIn(page, form.get().typed(), now)
                        .handle((decision, bug) -> response(page, decision, bug));
            } catch (RuntimeException bug) {
                return CompletableFuture.completedFuture(failed(bug));
            }
        }

        /**
         * What Traefik would ask about the page. Without the password that the browser may have:
         * only what was typed counts.
         */
        private AuthRequest authRequestFor(String page) {
            HttpHeaders headers = request.headers().copy();
            OF_FORM.forEach(headers::remove);
            headers.set("X-Forwarded-Method", HttpMethod.GET.name()).set("X-Forwarded-Uri", page);
            if (PageAddress.of(headers).isEmpty()) {
                headers.set("X-Forwarded-Uri", "/");
            }
            // what nginx says instead
            PageAddress.of(headers)
                    .ifPresent(each -> headers.set("X-Original-URL", each.location()));
            String guarded = now.guardedPaths().iterator().next();
            Channel connection = request.connection();
            return AuthRequest.of(
                    new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, guarded, headers),
                    connection);
        }

        private AuthResponse response(
                AuthRequest page, @Nullable Decision decision, @Nullable Throwable bug) {
            return switch (decision) {
                case null -> failed(bug);
                case Redirect _, Challenge _, Refuse _ -> AuthResponse.of(decision);
                // whatever the page itself says by now
                case Relay _, Stale _, Allow _, Fail _, Cancelled _ ->
                        AuthResponse.seeOther(
                                PageAddress.of(page.headers())
                                        .map(PageAddress::location)
                                        .orElse("/"));
            };
        }

        private AuthResponse failed(@Nullable Throwable bug) {
            return AuthResponse.of(failures.decide(guard.policy(), request.headers(), bug));
        }

        /** The response to a form that is malformed or too large, or that cannot be held. */
        AuthResponse unreadable(HttpResponseStatus status) {
            return AuthResponse.of(
                    status,
                    now.pages()
                            .of(
                                    PageText.UNREADABLE,
                                    FallbackReason.BAD_REQUEST,
                                    request.headers(),
                                    request.id()));
        }

        private AuthResponse page(HttpResponseStatus status, PageText text, PageAction action) {
            return AuthResponse.of(
                    status,
                    now.pages()
                            .of(text, Optional.empty(), action, request.headers(), request.id()));
        }

        private static AuthResponse plain(HttpResponseStatus status) {
            return AuthResponse.of(status, Page.text(""));
        }
    }
}
