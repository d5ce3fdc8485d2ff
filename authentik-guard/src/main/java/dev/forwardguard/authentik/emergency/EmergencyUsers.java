package dev.forwardguard.authentik.emergency;

import com.github.benmanes.caffeine.cache.Cache;

import dev.forwardguard.authentik.login.RecentTable;
import dev.forwardguard.htpasswd.ClaimedUsers;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.time.Ticker;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The current and the recent users of Emergency Access. Browsers keep sending an emergency password
 * after its user was removed from the htpasswd file, or after the whole file was deleted. The
 * password still must not leave the guard. Until the users were read for the first time after a
 * start, any password may be an emergency password. Never used to grant access.
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
        former = RecentTable.create(ticker, REMEMBERED, CAPACITY);
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

    /**
     * Whether these values of {@code Authorization} may hold an emergency password: they name one
     * of the users, or that cannot be told.
     */
    public boolean mayBeNamedBy(List<String> authorizationValues) {
        return known()
                ? ClaimedUsers.mayName(authorizationValues, this::include)
                : ClaimedUsers.mentionScheme(authorizationValues);
    }

    /**
     * The user that these values name. Empty if they name none, or if that cannot be told: before
     * the users were read, or because there is too much to look at.
     */
    Optional<String> namedBy(List<String> authorizationValues) {
        var named = new AtomicReference<@Nullable String>();
        if (known()) {
            ClaimedUsers.mayName(
                    authorizationValues,
                    user -> {
                        boolean included = include(user);
                        if (included) {
                            named.set(user);
                        }
                        return included;
                    });
        }
        return Optional.ofNullable(named.get());
    }

    /**
     * Whether the users were read since the start. That there are none, or no file, is a reading,
     * too. What was read once stays known: later outages and deletions do not change this.
     */
    boolean known() {
        return htpasswd.wasRead();
    }

    /** Whether a password sent under this name may be an emergency password. */
    boolean include(String user) {
        // in this order: a value that is withdrawn in between is the last one by then
        Optional<Htpasswd> now = htpasswd.get();
        Htpasswd before = last;
        return now.filter(users -> users.mentions(user)).isPresent()
                || (before != null && before.mentions(user))
                || former.getIfPresent(user) != null;
    }
}
