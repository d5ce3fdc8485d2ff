package dev.forwardguard.verdict;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.util.concurrent.FastThreadLocal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns what is asked for into keys that are safe to keep in memory: HMAC-SHA-256 (RFC 2104) under
 * a random secret that this process generates and never writes down.
 */
final class VerdictKeys {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;

    /** Creating one takes longer than using it. */
    private final FastThreadLocal<Mac> macs =
            new FastThreadLocal<>() {
                @Override
                protected Mac initialValue() throws GeneralSecurityException {
                    Mac mac = Mac.getInstance(ALGORITHM);
                    mac.init(secret);
                    return mac;
                }
            };

    VerdictKeys() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        secret = new SecretKeySpec(random, ALGORITHM);
    }

    /**
     * The key of a request: upstream, guarded path and query, scheme, host, and the cookies of the
     * session.
     */
    VerdictKey of(String upstream, String uri, AskedFor asked) {
        List<String> parts = new ArrayList<>(asked.cookies().size() + 4);
        parts.add(upstream);
        parts.add(uri);
        parts.addAll(asked.place());
        parts.addAll(asked.cookies());
        ByteBuffer mac = mac(parts);
        return new VerdictKey(mac.getLong(), mac.getLong(), mac.getLong(), mac.getLong());
    }

    /** A number for each cookie of a session, by which a request with that cookie is found. */
    long[] ofCookies(AskedFor asked) {
        return asked.cookies().stream()
                .mapToLong(cookie -> mac(List.of(cookie)).getLong())
                .toArray();
    }

    /** The lengths come first, so that no two lists have the same bytes. */
    private ByteBuffer mac(List<String> parts) {
        int length = Integer.BYTES;
        for (String part : parts) {
            length += Integer.BYTES + part.length();
        }
        ByteBuffer input = ByteBuffer.allocate(length).putInt(parts.size());
        for (String part : parts) {
            input.putInt(part.length()).put(part.getBytes(ISO_8859_1));
        }
        return ByteBuffer.wrap(macs.get().doFinal(input.array()));
    }
}
