package dev.forwardguard.verdict;

import dev.forwardguard.client.ClientNetwork;
import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import io.netty.util.AsciiString;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * An allow as it came, without its body, which no gateway reads.
 *
 * @param user whom the upstream let in
 * @param network from where the request came that was answered with it
 * @param cookies numbers of the session's cookies, at least one; see {@link VerdictKeys#ofCookies}
 * @param askedAt when the upstream was asked, in nanoseconds of the ticker
 * @param bytes what it takes of the heap, with its place in the store
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RememberedVerdict(
        UpstreamResponse verdict,
        String user,
        ClientNetwork network,
        long[] cookies,
        long askedAt,
        int bytes) {
    private static final byte[] NO_BODY = {};

    /**
     * The objects around the texts: this record, the response, its headers, the key, and two nodes
     * in the tables of the store. Measured in VerdictStoreTest.
     */
    private static final int BYTES_OF_ITS_OWN = 448;

    /** A string, its array, and two references. Names of headers are counted as if not shared. */
    private static final int BYTES_OF_TEXT = 48;

    /**
     * Copies the headers: those of the response may be a view of all the bytes that came with it.
     */
    static RememberedVerdict of(
            UpstreamResponse allow,
            String user,
            ClientNetwork network,
            long[] cookies,
            long askedAt) {
        List<CharSequence> texts = new ArrayList<>();
        int bytes = BYTES_OF_ITS_OWN + BYTES_OF_TEXT + user.length() + Long.BYTES * cookies.length;
        Iterator<Map.Entry<CharSequence, CharSequence>> fields =
                allow.headers().iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = copy(field.getKey());
            AsciiString value = copy(field.getValue());
            texts.add(name);
            texts.add(value);
            bytes += 2 * BYTES_OF_TEXT + name.length() + value.length();
        }
        HttpHeaders headers = new ReadOnlyHttpHeaders(false, texts.toArray(CharSequence[]::new));
        return new RememberedVerdict(
                new UpstreamResponse(allow.status(), headers, NO_BODY),
                user,
                network,
                cookies,
                askedAt,
                bytes);
    }

    /**
     * Whether an allow is the same once more, but for its {@code Date}: as a rule it is, until the
     * upstream renews the user's token.
     */
    boolean isRepeatedBy(UpstreamResponse allow, ClientNetwork from, long[] cookiesOfRequest) {
        return verdict.status().equals(allow.status())
                && network.equals(from)
                && Arrays.equals(cookies, cookiesOfRequest)
                && areSame(verdict.headers(), allow.headers());
    }

    private static boolean areSame(HttpHeaders some, HttpHeaders others) {
        Iterator<Map.Entry<CharSequence, CharSequence>> each = some.iteratorCharSequence();
        Iterator<Map.Entry<CharSequence, CharSequence>> other = others.iteratorCharSequence();
        while (each.hasNext() && other.hasNext()) {
            Map.Entry<CharSequence, CharSequence> one = each.next();
            Map.Entry<CharSequence, CharSequence> two = other.next();
            boolean same =
                    AsciiString.contentEquals(one.getKey(), two.getKey())
                            && (HttpHeaderNames.DATE.contentEqualsIgnoreCase(one.getKey())
                                    || AsciiString.contentEquals(one.getValue(), two.getValue()));
            if (!same) {
                return false;
            }
        }
        return !each.hasNext() && !other.hasNext();
    }

    /**
     * The same allow, asked for again. Its texts are those of before: each copy would outlive the
     * young generation, and most of the heap would be copies that nobody needs any more.
     */
    RememberedVerdict again(long nowAskedAt) {
        return new RememberedVerdict(verdict, user, network, cookies, nowAskedAt, bytes);
    }

    /** Of this kind the names have their hashes, and the values are written as they are. */
    private static AsciiString copy(CharSequence text) {
        if (text instanceof AsciiString shared) {
            return shared.length() == shared.array().length
                    ? shared
                    : new AsciiString(shared.array(), shared.arrayOffset(), shared.length(), true);
        }
        return new AsciiString(text);
    }

    /** Never the headers. */
    @Override
    public String toString() {
        return "RememberedVerdict[" + bytes + " bytes]";
    }
}
