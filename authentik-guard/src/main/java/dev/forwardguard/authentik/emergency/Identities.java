package dev.forwardguard.authentik.emergency;

import java.util.Map;

/**
 * Key {@code emergency.identities}: what backends get to know of users.
 *
 * @param users by name; one who is not in the htpasswd file has no effect
 */
record Identities(Map<String, Identity> users) {
    static final Identities NONE = new Identities(Map.of());

    Identities {
        users = Map.copyOf(users);
    }

    Identity of(String user) {
        return users.getOrDefault(user, Identity.NONE);
    }

    /** Their number: the log writes it whenever settings come into force. */
    @Override
    public String toString() {
        return users.isEmpty() ? "" : users.size() + (users.size() == 1 ? " user" : " users");
    }
}
