package dev.forwardguard.authentik.emergency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.time.Ticker;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/**
 * The current and the recent users of Emergency Access. Browsers keep sending an emergency password
 * after its user was removed from the htpasswd file, or after the whole file was deleted. The
 * password still must not leave the guard. Never used to grant access.
 */
@Singleton
public final class EmergencyUsers {
    /** As long as a browser may stay open. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    /** Two files of the largest size, so that the deletion of all users fits. */
    private static final int CAPACITY = 20_000;

    private final LiveValue<Htpasswd> htpasswd;
    private final Cache<String, Boolean> former;

    /** The last known users in force; kept when the file is withdrawn. */
    private volatile @Nullable Htpasswd last;

    EmergencyUsers(LiveValue<Htpasswd> htpasswd, Ticker ticker) {
        this.htpasswd = htpasswd;
        former =
                Caffeine.newBuilder()
                        .ticker(ticker::nanos)
                        .executor(Runnable::run)
                        .expireAfterWrite(REMEMBERED)
                        .maximumSize(CAPACITY)
                        .build();
        htpasswd.subscribe(this::follow);
        htpasswd.get().ifPresent(this::follow);
    }

    /** Remembers the removed users before it drops the snapshot that names them. */
    private synchronized void follow(Htpasswd now) {
        Htpasswd before = last;
        if (before != null) {
            for (String user : before.mentioned()) {
                if (!now.mentions(user)) {
                    former.put(user, true);
                }
            }
        }
        last = now;
    }

    /** Whether a password sent under this name may be an emergency password. */
    public boolean include(String user) {
        Htpasswd before = last;
        Optional<Htpasswd> now = htpasswd.get();
        return (before != null && before.mentions(user))
                || now.filter(users -> users.mentions(user)).isPresent()
                || former.getIfPresent(user) != null;
    }
}
