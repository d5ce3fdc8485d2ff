package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.authentik.ClientAuthorization;
import dev.forwardguard.authentik.emergency.session.EmergencyCookie;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.HeaderSelection;
import dev.forwardguard.settings.UpstreamSettings;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The heads that the guard sends on. Headers are kept, except those about one connection. The
 * framing of the body is the guard's own: what a decoder has made of the other side's framing, and
 * never a copy of its headers.
 */
final class Messages {
    private Messages() {}

    /** The request to the outpost. {@code Host} is the visitor's. */
    static HttpRequest toOutpost(
            HttpRequest sent,
            AuthRequest target,
            ClientAuthorization authorization,
            UpstreamSettings upstream) {
        HttpHeaders headers = HeaderSelection.endToEnd(sent.headers());
        headers.remove(HttpHeaderNames.EXPECT); // the guard answers with 100 itself
        authorization.strip(headers);
        EmergencyCookie.strip(headers);
        if (!headers.contains(HttpHeaderNames.HOST)) {
            headers.set(HttpHeaderNames.HOST, host(sent, upstream));
        }
        frame(sent, headers);
        return new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                sent.method(),
                upstream.pathPrefix() + target.path() + target.query(),
                headers);
    }

    private static String host(HttpRequest sent, UpstreamSettings upstream) {
        String named = sent.headers().get(HttpHeaderNames.HOST);
        return named == null ? upstream.url().getRawAuthority() : named;
    }

    /** Whether a body follows the head. */
    static boolean hasBody(HttpRequest request) {
        return HttpUtil.isTransferEncodingChunked(request)
                || HttpUtil.getContentLength(request, 0L) > 0;
    }

    private static void frame(HttpMessage received, HttpHeaders headers) {
        headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        if (HttpUtil.isTransferEncodingChunked(received)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        } else {
            String length = received.headers().get(HttpHeaderNames.CONTENT_LENGTH);
            if (length != null) {
                headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
            }
        }
    }

    /**
     * The response to the visitor. Where only the end of the connection would end the body, it is
     * sent in chunks, so that the visitor notices if it is cut off.
     *
     * @param noContent whether it answers a HEAD
     * @param http10 whether the visitor does not know chunks
     */
    static HttpResponse toVisitor(HttpResponse received, boolean noContent, boolean http10) {
        HttpHeaders headers = HeaderSelection.endToEnd(received.headers());
        frame(received, headers);
        boolean empty =
                noContent
                        || received.status().code() == HttpResponseStatus.NO_CONTENT.code()
                        || received.status().code() == HttpResponseStatus.NOT_MODIFIED.code();
        if (empty || http10) {
            headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        } else if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, received.status(), headers);
    }
}
