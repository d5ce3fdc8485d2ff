package dev.forwardguard.guard;

import dev.forwardguard.http1.ConnectionHeader;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.http1.OutgoingHeaders;
import dev.forwardguard.settings.RelayedCookies;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.Iterator;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Selects the headers that are forwarded each way. End-to-end headers are forwarded unchanged, with
 * repeats and in order. Headers about one connection, or about the body of another message, are
 * dropped.
 */
public final class HeaderSelection {
    /** RFC 9110 section 7.6.1, and what Go's reverse proxy, and so Traefik, also drops. */
    private static final HeaderNames HOP_BY_HOP =
            HeaderNames.of(
                    "connection",
                    "keep-alive",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    /**
     * The upstream request is unconditional, wants the whole response and has its own {@code Host}.
     * nginx forwarded the conditional headers and took a 412 for a verdict.
     */
    private static final HeaderNames OF_ANOTHER_REQUEST =
            HeaderNames.of(
                    "host",
                    "expect",
                    "range",
                    "if-match",
                    "if-none-match",
                    "if-modified-since",
                    "if-unmodified-since",
                    "if-range");

    /**
     * About a body (RFC 9110 section 8, RFC 9530), besides everything that begins with {@code
     * Content-}.
     */
    private static final HeaderNames OF_BODY =
            HeaderNames.of("digest", "repr-digest", "unencoded-digest", "etag", "last-modified");

    /** What a browser may do with a page, and what the page makes it load. */
    private static final HeaderNames OF_PAGE =
            HeaderNames.of(
                    "link",
                    "permissions-policy",
                    "referrer-policy",
                    "x-content-type-options",
                    "x-frame-options",
                    "x-xss-protection");

    private static final HeaderNames CLOSE = HeaderNames.of("close");

    private HeaderSelection() {}

    /**
     * The headers of the upstream request, without {@code Host}.
     *
     * @param sent the headers of the auth request; not to be changed before the upstream request
     *     has ended
     * @param alsoDropped further headers that are not forwarded
     */
    public static OutgoingHeaders forUpstream(HttpHeaders sent, HeaderNames alsoDropped) {
        HeaderNames named = namedByConnection(sent);
        return header ->
                forEachKept(
                        sent,
                        name ->
                                HOP_BY_HOP.contains(name)
                                        || OF_ANOTHER_REQUEST.contains(name)
                                        || startsWith(name, "content-")
                                        || alsoDropped.contains(name)
                                        || (named.contains(name) && !isTraefiks(name)),
                        header);
    }

    /** The headers of a verdict that go back to Traefik, without {@code Content-Length}. */
    public static HttpHeaders forTraefik(HttpHeaders received) {
        HeaderNames named = namedByConnection(received);
        return copy(
                received,
                name ->
                        HOP_BY_HOP.contains(name)
                                || HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
                                || named.contains(name));
    }

    /**
     * The headers of an allow that go back to Traefik: without its body, and without cookies other
     * than these.
     */
    public static HttpHeaders ofAllow(HttpHeaders received, RelayedCookies cookies) {
        HeaderNames named = namedByConnection(received);
        HttpHeaders kept = copyTarget();
        forEachKept(
                received,
                name -> HOP_BY_HOP.contains(name) || isOfBody(name) || named.contains(name),
                (name, value) -> {
                    if (!HttpHeaderNames.SET_COOKIE.contentEqualsIgnoreCase(name)
                            || cookies.include(value)) {
                        kept.add(name, value);
                    }
                });
        return kept;
    }

    /**
     * The headers of a verdict that go back to Traefik with another page: without those about the
     * body or the page, such as its policy.
     */
    public static HttpHeaders withoutDocument(HttpHeaders received) {
        HeaderNames named = namedByConnection(received);
        return copy(
                received,
                name ->
                        HOP_BY_HOP.contains(name)
                                || isOfBody(name)
                                || OF_PAGE.contains(name)
                                || named.contains(name));
    }

    private static boolean isOfBody(CharSequence name) {
        return OF_BODY.contains(name) || startsWith(name, "content-");
    }

    /** The headers of a message that is passed through, including its {@code Content-Length}. */
    public static HttpHeaders endToEnd(HttpHeaders sent) {
        HeaderNames named = namedByConnection(sent);
        return copy(
                sent,
                name -> HOP_BY_HOP.contains(name) || (named.contains(name) && !isTraefiks(name)));
    }

    private static HttpHeaders copy(HttpHeaders all, Predicate<CharSequence> dropped) {
        HttpHeaders kept = copyTarget();
        forEachKept(all, dropped, kept::add);
        return kept;
    }

    /** Headers to copy into without validation: the decoder has validated them already. */
    private static HttpHeaders copyTarget() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }

    /**
     * Whether Traefik sets this header. A client must not be able to remove it by naming it in the
     * {@code Connection} header.
     */
    private static boolean isTraefiks(CharSequence name) {
        return startsWith(name, "x-forwarded-")
                || AsciiString.contentEqualsIgnoreCase(name, "x-real-ip");
    }

    private static boolean startsWith(CharSequence name, String prefix) {
        return AsciiString.regionMatches(name, true, 0, prefix, 0, prefix.length());
    }

    private static void forEachKept(
            HttpHeaders all,
            Predicate<CharSequence> dropped,
            BiConsumer<? super CharSequence, ? super CharSequence> header) {
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = all.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> entry = entries.next();
            if (!dropped.test(entry.getKey())) {
                header.accept(entry.getKey(), entry.getValue());
            }
        }
    }

    private static HeaderNames namedByConnection(HttpHeaders headers) {
        if (!headers.contains(HttpHeaderNames.CONNECTION)) {
            return HeaderNames.NONE;
        }
        HeaderNames named = HeaderNames.NONE;
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = headers.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> entry = entries.next();
            if (HttpHeaderNames.CONNECTION.contentEqualsIgnoreCase(entry.getKey())) {
                // nearly all messages have one of these two values; "keep-alive" is in HOP_BY_HOP
                if (HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(entry.getValue())) {
                    named = CLOSE;
                } else if (!HttpHeaderValues.KEEP_ALIVE.contentEqualsIgnoreCase(entry.getValue())) {
                    return ConnectionHeader.names(headers.getAll(HttpHeaderNames.CONNECTION));
                }
            }
        }
        return named;
    }
}
