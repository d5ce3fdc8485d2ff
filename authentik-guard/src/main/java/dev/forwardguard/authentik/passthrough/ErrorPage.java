package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.authentik.pages.AcceptedMedia;
import dev.forwardguard.authentik.pages.PageText;
import dev.forwardguard.authentik.pages.Pages;
import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.guard.Page;
import dev.forwardguard.guard.RequestId;
import dev.forwardguard.outcome.FallbackReason;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * What a visitor gets instead of the outpost's response. Keeps of the request only what the page
 * depends on: the request's head may be large, and is gone once it was sent on.
 *
 * @param accepted the headers that choose the form of the page
 */
record ErrorPage(Pages pages, HttpHeaders accepted, RequestId id) {
    private static final HttpHeaders HTML =
            new DefaultHttpHeaders().set(HttpHeaderNames.ACCEPT, "text/html");

    /** The pages for a request with these headers. */
    static ErrorPage of(Pages pages, HttpHeaders sent) {
        boolean html = AcceptedMedia.of(sent.getAll(HttpHeaderNames.ACCEPT)).prefersHtml();
        return new ErrorPage(pages, html ? HTML : EmptyHttpHeaders.INSTANCE, RequestId.of(sent));
    }

    /** The page that says why there is no response of the outpost. */
    FullHttpResponse of(FallbackReason reason) {
        HttpResponseStatus status =
                switch (reason) {
                    case FORCED, OVERLOAD -> HttpResponseStatus.SERVICE_UNAVAILABLE;
                    case READ_TIMEOUT, CONNECT_TIMEOUT -> HttpResponseStatus.GATEWAY_TIMEOUT;
                    default -> HttpResponseStatus.BAD_GATEWAY;
                };
        PageText text =
                switch (reason) {
                    case OVERLOAD -> PageText.OVERLOADED;
                    case RESPONSE_TOO_LARGE -> PageText.TOO_LARGE;
                    default -> PageText.OUTPOST_UNAVAILABLE;
                };
        return response(status, pages.of(text, reason, accepted, id));
    }

    /** The page for a request that is malformed, or whose body does not arrive. */
    FullHttpResponse unreadable(HttpResponseStatus status) {
        return response(
                status, pages.of(PageText.UNREADABLE, FallbackReason.BAD_REQUEST, accepted, id));
    }

    private static FullHttpResponse response(HttpResponseStatus status, Page page) {
        return AuthResponse.of(status, page).message();
    }

    /** Leaves out everything that depends on the visitor. */
    @Override
    public String toString() {
        return "ErrorPage[" + id + "]";
    }
}
