package dev.forwardguard.authentik.login;

import com.github.benmanes.caffeine.cache.Cache;

import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Passwords that were not checked because too many wrong ones had come from their address. Browsers
 * keep such a password, and send it by themselves before their user can type another one: it must
 * not use up the next try. So the first time that it comes again it is refused once more,
 * unchecked, and with it what the browser loads besides, such as the icon of the page.
 */
final class UnjudgedPasswords {
    /** As long as failures are counted. */
    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    /** Nobody reads a page and types within it. */
    static final Duration REPETITION = Duration.ofSeconds(2);

    private final Ticker ticker;
    private final Cache<ByteBuffer, Unjudged> passwords;

    /**
     * @param repeated whether it has come again, and until when that counts as once
     */
    private record Unjudged(boolean repeated, long until) {
        @Nullable Unjudged again(long now) {
            if (repeated) {
                return until - now > 0 ? this : null;
            }
            return new Unjudged(true, now + REPETITION.toNanos());
        }
    }

    /**
     * @param capacity how many are remembered; beyond it some are forgotten, and use up a try
     */
    UnjudgedPasswords(Ticker ticker, int capacity) {
        this.ticker = ticker;
        passwords = RecentTable.create(ticker, REMEMBERED, capacity);
    }

    /** Remembers a password whose address is throttled. */
    void add(ByteBuffer fingerprint) {
        passwords.put(fingerprint, new Unjudged(false, 0));
    }

    /** It has been judged in the meantime. */
    void remove(ByteBuffer fingerprint) {
        passwords.invalidate(fingerprint);
    }

    /** For how long the password is still refused unchecked. Empty if it may be checked. */
    Optional<Duration> again(ByteBuffer fingerprint) {
        long now = ticker.nanos();
        Unjudged found =
                passwords.asMap().computeIfPresent(fingerprint, (_, before) -> before.again(now));
        return Optional.ofNullable(found).map(each -> Duration.ofNanos(each.until() - now));
    }
}
