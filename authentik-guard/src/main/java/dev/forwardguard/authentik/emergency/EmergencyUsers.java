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
 * Who is, or lately was, a user of Emergency Access. Browsers go on sending an emergency password
 * after its user was taken out of the htpasswd file, or the whole file was deleted; it still has to
 * stay here. Never used to let anybody in.
 */
@Singleton
public final class EmergencyUsers {
    /** For as long as a browser may stay open. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    /** Two whole files of the largest size, so that a deletion of everybody fits. */
    private static final int CAPACITY = 20_000;

    private final LiveValue<Htpasswd> htpasswd;
    private final Cache<String, Boolean> former;

    /** The users in force when they were last heard of; stays when the file is withdrawn. */
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

    /** Remembers who is gone before it forgets that he was there. */
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

    /** Whether a password of somebody of this name may be an emergency one. */
    public boolean include(String user) {
        Htpasswd before = last;
        Optional<Htpasswd> now = htpasswd.get();
        return (before != null && before.mentions(user))
                || now.filter(users -> users.mentions(user)).isPresent()
                || former.getIfPresent(user) != null;
    }
}
