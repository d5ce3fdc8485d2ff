package dev.forwardguard.authentik.emergency;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.guard.AuthRequest;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Visitors who send the name of an emergency user where no password is checked: while the outpost
 * decides, at an open path, and in a session. The guard keeps their {@code Authorization}, whatever
 * the password: to look at it would tell everybody, on every healthy day, which password is right.
 * So the app passwords of a person of that name do not work. Here operators learn of it, once a day
 * for each name.
 */
@Singleton
public final class Namesakes {
    private final EmergencyUsers users;
    private final SecurityLog security;
    private final Clock clock;
    private final NamesOfDay names;
    private volatile @Nullable Instant last;

    Namesakes(EmergencyUsers users, SecurityLog security, Clock clock) {
        this.users = users;
        this.security = security;
        this.clock = clock;
        names = new NamesOfDay(clock);
    }

    /**
     * To be called when {@code Authorization} was kept from the outpost, or from the application
     * while the last verdict holds, because it may name an emergency user.
     *
     * @param authorizationValues what it was; the password in it is not looked at
     */
    public void withheld(
            List<String> authorizationValues, Supplier<ClientAddress> client, AuthRequest request) {
        withheld(authorizationValues, Optional.empty(), client, request);
    }

    /**
     * Likewise, from the application, while there is no verdict.
     *
     * @param self who does not count: the user of the session
     */
    void withheld(
            List<String> authorizationValues,
            Optional<String> self,
            Supplier<ClientAddress> client,
            AuthRequest request) {
        users.namedBy(authorizationValues)
                .filter(user -> !self.equals(Optional.of(user)))
                .ifPresent(
                        user -> {
                            last = clock.instant();
                            if (names.isNew(user)) {
                                security.namesake(user, client.get(), request);
                            }
                        });
    }

    /** The number of users whose names came within a day. */
    long number() {
        return names.number();
    }

    /** When one of them came last. */
    Optional<Instant> last() {
        return Optional.ofNullable(last);
    }
}
