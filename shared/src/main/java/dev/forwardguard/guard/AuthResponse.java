package dev.forwardguard.guard;

import dev.forwardguard.guard.Decision.Allow;
import dev.forwardguard.guard.Decision.Cancelled;
import dev.forwardguard.guard.Decision.Challenge;
import dev.forwardguard.guard.Decision.Fail;
import dev.forwardguard.guard.Decision.Fallback;
import dev.forwardguard.guard.Decision.Redirect;
import dev.forwardguard.guard.Decision.Refuse;
import dev.forwardguard.guard.Decision.Relay;
import dev.forwardguard.guard.Decision.Stale;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.RelayedCookies;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

import java.util.Map;

/**
 * A decision as HTTP: its status, headers and body. The pages of the pass-through and the {@code
 * Connection} header are chosen elsewhere.
 *
 * @param body not copied, so it must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record AuthResponse(HttpResponseStatus status, HttpHeaders headers, byte[] body) {
    private static final byte[] NO_BODY = {};

    public AuthResponse {
        // a response to HEAD has the length without the body; without a length the connection
        // would have to be closed
        headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    }

    /**
     * The header with the {@link FallbackReason}, present when the guard decided without a verdict.
     * Traefik passes it on to the backend if {@code authResponseHeaders} lists it.
     */
    public static final String FALLBACK_HEADER = "X-Guard-Fallback";

    /** The response for a decision. */
    public static AuthResponse of(Decision decision) {
        return switch (decision) {
            case Relay(var verdict, var cookies, var page) ->
                    page.map(instead -> shortened(verdict, instead))
                            .orElseGet(() -> relayed(verdict, cookies));
            case Allow allow -> allowed(allow);
            case Stale stale -> relayed(stale.verdict(), RelayedCookies.NONE).marked(stale);
            case Challenge challenge -> challenged(challenge);
            case Redirect redirect -> redirected(redirect);
            case Refuse refuse -> refused(refuse);
            case Fail(var reason, var page) -> failed(reason, page);
            case Cancelled() -> text(HttpResponseStatus.BAD_GATEWAY, "cancelled");
        };
    }

    /** A page as a response to a request that needs no decision. */
    public static AuthResponse of(HttpResponseStatus status, Page page) {
        HttpHeaders headers = page.headers().copy();
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return new AuthResponse(status, headers, page.body());
    }

    /** Sends the visitor's browser to another page: 303. */
    public static AuthResponse seeOther(String location) {
        AuthResponse response = text(HttpResponseStatus.SEE_OTHER, "");
        response.headers.set(HttpHeaderNames.LOCATION, location);
        return response;
    }

    private static AuthResponse relayed(UpstreamResponse verdict, RelayedCookies cookies) {
        return verdict.allows()
                ? new AuthResponse(
                        verdict.status(),
                        HeaderSelection.ofAllow(verdict.headers(), cookies),
                        NO_BODY)
                : new AuthResponse(
                        verdict.status(),
                        HeaderSelection.forTraefik(verdict.headers()),
                        verdict.body());
    }

    /** What the body of a refusal depended on still decides, so its {@code Vary} stays. */
    private static AuthResponse shortened(UpstreamResponse verdict, Page page) {
        HttpHeaders headers = HeaderSelection.withoutDocument(verdict.headers());
        for (Map.Entry<String, String> own : page.headers()) {
            if (HttpHeaderNames.VARY.contentEqualsIgnoreCase(own.getKey())) {
                headers.add(own.getKey(), own.getValue());
            } else {
                headers.set(own.getKey(), own.getValue());
            }
        }
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return new AuthResponse(verdict.status(), headers, page.body());
    }

    private static AuthResponse allowed(Allow allow) {
        AuthResponse response = text(HttpResponseStatus.OK, "");
        allow.identity().forEach((name, value) -> response.headers.set(name, value));
        return response.marked(allow);
    }

    private static AuthResponse challenged(Challenge challenge) {
        AuthResponse response = of(HttpResponseStatus.UNAUTHORIZED, challenge.page());
        response.headers.set(HttpHeaderNames.WWW_AUTHENTICATE, challenge.challenge());
        challenge
                .cookie()
                .ifPresent(cookie -> response.headers.set(HttpHeaderNames.SET_COOKIE, cookie));
        return response.marked(challenge);
    }

    private static AuthResponse redirected(Redirect redirect) {
        AuthResponse response = seeOther(redirect.location());
        response.headers.set(HttpHeaderNames.SET_COOKIE, redirect.cookie());
        return response.marked(redirect);
    }

    private static AuthResponse refused(Refuse refuse) {
        AuthResponse response = of(HttpResponseStatus.valueOf(refuse.status()), refuse.page());
        if (refuse.retryAfterSeconds() > 0) {
            response.headers.set(HttpHeaderNames.RETRY_AFTER, refuse.retryAfterSeconds());
        }
        return response.marked(refuse);
    }

    private static AuthResponse failed(FallbackReason reason, Page page) {
        return of(
                reason.isTimeout()
                        ? HttpResponseStatus.GATEWAY_TIMEOUT
                        : HttpResponseStatus.BAD_GATEWAY,
                page);
    }

    private static AuthResponse text(HttpResponseStatus status, String text) {
        return of(status, Page.text(text));
    }

    private AuthResponse marked(Fallback fallback) {
        headers.set(FALLBACK_HEADER, fallback.reason().label());
        return this;
    }

    /** The message to send. */
    public FullHttpResponse message() {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                status,
                Unpooled.wrappedBuffer(body),
                headers,
                EmptyHttpHeaders.INSTANCE);
    }

    /** Status only: headers may hold session cookies and tokens. */
    @Override
    public String toString() {
        return "AuthResponse[" + status.code() + ", " + body.length + " bytes]";
    }
}
