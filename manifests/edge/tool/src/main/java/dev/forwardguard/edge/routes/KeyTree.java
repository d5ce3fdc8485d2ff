package dev.forwardguard.edge.routes;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A dynamic configuration in the form that Traefik's key-value providers read.
 *
 * @param keys values by key; a key is below the root key and has no slash at its beginning, for
 *     example {@code http/routers/site/rule}
 */
public record KeyTree(NavigableMap<String, String> keys) {
    public KeyTree {
        keys = Collections.unmodifiableNavigableMap(new TreeMap<>(keys));
    }

    public static KeyTree of(Map<String, String> keys) {
        return new KeyTree(new TreeMap<>(keys));
    }

    /**
     * The keys by the object that they belong to. Keys of no object ({@link #strays}) are left out.
     * A name is spelled as in the first of its keys.
     */
    public NavigableMap<ObjectName, NavigableMap<String, String>> objects() {
        NavigableMap<ObjectName, NavigableMap<String, String>> objects = new TreeMap<>();
        keys.forEach(
                (key, value) ->
                        ObjectName.ofKey(key)
                                .ifPresent(
                                        object ->
                                                objects.computeIfAbsent(
                                                                object, o -> new TreeMap<>())
                                                        .put(key, value)));
        return objects;
    }

    /**
     * The objects that each object names, whether they exist in this tree or not: routers name
     * services and middlewares, for example. Each object of the tree is there. What Traefik itself
     * provides, such as {@code ping@internal}, is left out.
     */
    public NavigableMap<ObjectName, NavigableSet<ObjectName>> references() {
        NavigableMap<ObjectName, NavigableSet<ObjectName>> references = new TreeMap<>();
        objects()
                .forEach(
                        (object, own) -> {
                            NavigableSet<ObjectName> named =
                                    references.computeIfAbsent(object, o -> new TreeSet<>());
                            own.forEach((key, value) -> named.addAll(named(key, value)));
                        });
        return references;
    }

    private static List<ObjectName> named(String key, String value) {
        return Keys.reference(key).stream()
                .flatMap(
                        type ->
                                Arrays.stream(value.split(",", -1))
                                        .map(String::strip)
                                        .filter(name -> !Names.isInternal(type, name))
                                        .flatMap(name -> Names.inTree(name).stream())
                                        .map(name -> ObjectName.of(type, name)))
                .toList();
    }

    /** Keys that belong to no object: Traefik ignores them or refuses the whole tree. */
    public NavigableSet<String> strays() {
        return keys.keySet().stream()
                .filter(key -> ObjectName.ofKey(key).isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Only the number of keys: values may be hashes of passwords or private keys. */
    @Override
    public String toString() {
        return keys.size() + " keys";
    }
}
