package dev.forwardguard.guard;

import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.http1.OutgoingHeaders;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Which headers travel each way. End-to-end headers travel unchanged, with repeats and order; those
 * that are about one connection or about another message's body do not.
 */
public final class HeaderSelection {
    /** RFC 9110 section 7.6.1, and what Go's reverse proxy, and so Traefik, treats likewise. */
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
     * The guard asks a whole and unconditional question, at its own {@code Host}: nginx forwarded
     * the conditionals and took a 412 for a verdict.
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

    private static final HeaderNames CLOSE = HeaderNames.of("close");

    private HeaderSelection() {}

    /**
     * The headers to ask the upstream with, without {@code Host}.
     *
     * @param sent not to be changed before the question has been answered
     * @param alsoDropped further headers that stay here
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

    /** The headers of a verdict that go back to Traefik; their length is written anew. */
    public static HttpHeaders forTraefik(HttpHeaders answered) {
        HeaderNames named = namedByConnection(answered);
        return copy(
                answered,
                name ->
                        HOP_BY_HOP.contains(name)
                                || HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
                                || named.contains(name));
    }

    /** The headers of a message that is passed through, its own length included. */
    public static HttpHeaders endToEnd(HttpHeaders sent) {
        HeaderNames named = namedByConnection(sent);
        return copy(
                sent,
                name -> HOP_BY_HOP.contains(name) || (named.contains(name) && !isTraefiks(name)));
    }

    private static HttpHeaders copy(HttpHeaders all, Predicate<CharSequence> dropped) {
        // they were validated when they were decoded
        HttpHeaders kept =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        forEachKept(all, dropped, kept::add);
        return kept;
    }

    /**
     * Set by Traefik, not by the client, who must not be able to take them away again by naming
     * them in his {@code Connection} header.
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
                // nearly all messages say one of these, the first of which is hop-by-hop anyway
                if (HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(entry.getValue())) {
                    named = CLOSE;
                } else if (!HttpHeaderValues.KEEP_ALIVE.contentEqualsIgnoreCase(entry.getValue())) {
                    return everyWordOf(headers.getAll(HttpHeaderNames.CONNECTION));
                }
            }
        }
        return named;
    }

    private static HeaderNames everyWordOf(List<String> values) {
        return HeaderNames.of(
                values.stream()
                        .flatMap(value -> Arrays.stream(value.split(",")))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList());
    }
}
