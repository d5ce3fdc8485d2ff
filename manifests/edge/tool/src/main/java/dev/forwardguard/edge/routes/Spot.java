package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.yaml.Place;

import org.jspecify.annotations.Nullable;

/**
 * A value's place: in the tree of keys, in a file's tree, and in the file's lines.
 *
 * @param key {@code http/services/site/loadBalancer/servers/0/url}
 * @param where {@code http.services.site.loadBalancer.servers[0].url}, as in the file
 * @param owner the object that the value is in
 */
record Spot(String key, String where, Place place, @Nullable ObjectName owner) {
    static Spot root(Place place) {
        return new Spot("", "", place, null);
    }

    /** A field or an entry of a map. */
    Spot child(String name, String written, Place at) {
        return new Spot(
                key.isEmpty() ? name : key + "/" + name,
                where.isEmpty() ? written : where + "." + written,
                at,
                owner);
    }

    /** An item of a list. Indexes are equally long, since Traefik sorts keys as text. */
    Spot item(String index, int number, Place at) {
        return new Spot(key + "/" + index, "%s[%d]".formatted(where, number), at, owner);
    }

    Spot ownedBy(ObjectName object) {
        return new Spot(key, where, place, object);
    }

    Problem problem(String text) {
        return new Problem(place.file(), place.line(), where, text);
    }
}
