package dev.forwardguard.authentik.emergency.form;

import static dev.forwardguard.authentik.emergency.EmergencyPaths.SIGN_IN;
import static dev.forwardguard.authentik.emergency.EmergencyPaths.SIGN_OUT;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.emergency.EmergencyPaths;
import dev.forwardguard.authentik.emergency.session.PageAddress;
import dev.forwardguard.authentik.emergency.session.PathOverride;
import dev.forwardguard.authentik.pages.PageAction;
import dev.forwardguard.authentik.pages.PageText;
import dev.forwardguard.client.ClientAddress;
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
import dev.forwardguard.guard.Page;
import dev.forwardguard.outcome.FallbackReason;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One request of a visitor to the guard's own pages, under the settings that it began with. */
final class FormRequest {
    private static final int OVERLOAD_RETRY_SECONDS = 5;

    /** Headers that are about the form, and not about the page where it was. */
    private static final List<CharSequence> NOT_OF_PAGE =
            List.of(
                    HttpHeaderNames.AUTHORIZATION,
                    HttpHeaderNames.CONTENT_LENGTH,
                    HttpHeaderNames.CONTENT_TYPE,
                    HttpHeaderNames.ORIGIN,
                    HttpHeaderNames.TRANSFER_ENCODING);

    private final EmergencyForms forms;
    private final AuthentikSettings settings;
    private final AuthRequest request;
    private final HttpMethod method;

    FormRequest(
            EmergencyForms forms,
            AuthentikSettings settings,
            AuthRequest request,
            HttpMethod method) {
        this.forms = forms;
        this.settings = settings;
        this.request = request;
        this.method = method;
    }

    ClientAddress visitor() {
        return settings.guard()
                .clientAddress()
                .resolveVisitor(request.headers(), request.connection().remoteAddress());
    }

    /** The response, if it does not depend on the body. */
    Optional<AuthResponse> earlyResponse() {
        if (!isServed()) {
            return Optional.of(
                    hasLostItsKey()
                            ? AuthResponse.seeOther("/")
                            : plain(HttpResponseStatus.NOT_FOUND));
        }
        if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            return Optional.of(responseToReader());
        }
        if (!method.equals(HttpMethod.POST)) {
            return Optional.of(methodNotAllowed());
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

    private boolean isServed() {
        return forms.sessions().areOn(session()) && guardedPath().isPresent() && exists();
    }

    private boolean exists() {
        return isSignIn() ? settings.emergency().form() : request.path().equals(SIGN_OUT);
    }

    /** The page with the form is older than the end of all sessions. */
    private boolean hasLostItsKey() {
        return isSignIn() && exists() && !session().isZero();
    }

    /** The path to ask at about the page; none if all belong to gateways without sessions. */
    private Optional<String> guardedPath() {
        return settings.guardedPaths().plain().stream()
                .filter(EmergencyPaths::canHaveSessions)
                .filter(path -> !settings.guardedPaths().endInVisitorsPath(path))
                .findFirst();
    }

    private boolean isSignIn() {
        return request.path().equals(SIGN_IN);
    }

    private Duration session() {
        return settings.emergency().session();
    }

    /** The start page has a form, if there has to be one. */
    private AuthResponse responseToReader() {
        return isSignIn()
                ? AuthResponse.seeOther("/")
                : page(HttpResponseStatus.OK, PageText.SIGN_OUT, new PageAction.SignOut(SIGN_OUT));
    }

    private static AuthResponse methodNotAllowed() {
        AuthResponse refusal = plain(HttpResponseStatus.METHOD_NOT_ALLOWED);
        refusal.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD, POST");
        return refusal;
    }

    private AuthResponse signedOut(PageAddress start) {
        AuthResponse response =
                page(HttpResponseStatus.OK, PageText.SIGNED_OUT, new PageAction.None());
        response.headers().set(HttpHeaderNames.SET_COOKIE, forms.sessions().end(start.host()));
        return response;
    }

    /** The response to a form. It never fails. */
    CompletionStage<AuthResponse> signIn(byte[] body) {
        Optional<SignInForm> form = SignInForm.parse(body);
        if (form.isEmpty()) {
            return CompletableFuture.completedFuture(unreadable(HttpResponseStatus.BAD_REQUEST));
        }
        try {
            AuthRequest page = authRequestFor(form.get().page());
            return forms.policy()
                    .signIn(page, form.get().typed(), settings)
                    .handle((decision, bug) -> response(page, decision, bug));
        } catch (RuntimeException bug) {
            return CompletableFuture.completedFuture(forms.failed(request, bug));
        }
    }

    /**
     * What the gateway would ask about the page. Without the password that the browser may have:
     * only what was typed counts.
     */
    private AuthRequest authRequestFor(String page) {
        HttpHeaders headers = request.headers().copy();
        NOT_OF_PAGE.forEach(headers::remove);
        PathOverride.removeFrom(headers);
        headers.set("X-Forwarded-Method", HttpMethod.GET.name()).set("X-Forwarded-Uri", page);
        if (PageAddress.of(headers).isEmpty()) {
            headers.set("X-Forwarded-Uri", "/");
        }
        String guarded = guardedPath().orElseThrow();
        return AuthRequest.of(
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, guarded, headers),
                request.connection());
    }

    private AuthResponse response(
            AuthRequest page, @Nullable Decision decision, @Nullable Throwable bug) {
        return switch (decision) {
            case null -> forms.failed(request, bug);
            case Redirect _, Challenge _, Refuse _ -> AuthResponse.of(decision);
            // whatever the page itself says by now
            case Relay _, Stale _, Allow _, Fail _, Cancelled _ ->
                    AuthResponse.seeOther(
                            PageAddress.of(page.headers()).map(PageAddress::location).orElse("/"));
        };
    }

    /** The response to a form that is malformed, too large or too slow. */
    AuthResponse unreadable(HttpResponseStatus status) {
        return page(status, PageText.UNREADABLE_FORM, new PageAction.None());
    }

    /** The response to a form for which there is no memory. */
    AuthResponse overloaded() {
        AuthResponse response =
                AuthResponse.of(
                        HttpResponseStatus.SERVICE_UNAVAILABLE,
                        settings.pages()
                                .of(
                                        PageText.OVERLOADED,
                                        FallbackReason.OVERLOAD,
                                        request.headers(),
                                        request.id()));
        response.headers().set(HttpHeaderNames.RETRY_AFTER, OVERLOAD_RETRY_SECONDS);
        return response;
    }

    private AuthResponse page(HttpResponseStatus status, PageText text, PageAction action) {
        return AuthResponse.of(
                status,
                settings.pages()
                        .of(text, Optional.empty(), action, request.headers(), request.id()));
    }

    private static AuthResponse plain(HttpResponseStatus status) {
        return AuthResponse.of(status, Page.text(""));
    }
}
