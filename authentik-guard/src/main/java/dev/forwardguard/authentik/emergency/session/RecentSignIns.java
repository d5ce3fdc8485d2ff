package dev.forwardguard.authentik.emergency.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;

import dev.forwardguard.authentik.login.RecentTable;
import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.time.Ticker;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * Who was sent back to a page with a cookie, and so should have it. A browser that refuses cookies
 * comes back without it. Firefox then sends the password again, and would be sent round in a circle
 * until it shows an error page.
 */
final class RecentSignIns {
    private static final Duration REMEMBERED = Duration.ofSeconds(10);

    /** Beyond it some are forgotten, and sent back once more. */
    private static final int CAPACITY = 1_000;

    /** Makes short numbers of names, addresses and pages, which are not kept. */
    private final SessionKey digests = SessionKey.random();

    private final Cache<ByteBuffer, Boolean> signIns;

    RecentSignIns(Ticker ticker) {
        signIns = RecentTable.create(ticker, REMEMBERED, CAPACITY);
    }

    /** Whether this is the first time within ten seconds; if so, it is noted. */
    boolean add(String user, ClientAddress from, PageAddress page) {
        ByteBuffer address = from.network();
        byte[] network = new byte[address.remaining()];
        address.get(network);
        byte[] digest =
                digests.authenticate(
                        List.of(user.getBytes(UTF_8), network, page.location().getBytes(UTF_8)));
        return signIns.asMap().putIfAbsent(ByteBuffer.wrap(digest), true) == null;
    }
}
