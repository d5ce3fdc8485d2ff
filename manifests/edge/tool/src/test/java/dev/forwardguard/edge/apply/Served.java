package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.ObjectName;
import dev.forwardguard.edge.routes.ObjectName.Kind;
import dev.forwardguard.edge.routes.ObjectName.Protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a gateway makes of a small tree of {@link RandomTrees}. */
final class Served {
    private static final Pattern CALL = Pattern.compile("(\\w+)\\(`([^`]*)`\\)");
    private static final String ANY_NAME = "HostSNI(`*`)";
    private static final NavigableMap<String, String> NOTHING = new TreeMap<>();

    /** A request over TLS, whose server name is the host. */
    record Request(String entryPoint, String host, String path) {}

    /**
     * @param uses the router that takes a request and all that it names; empty if there is none
     * @param tls the TLS options of the connection
     */
    record Answer(
            Map<ObjectName, NavigableMap<String, String>> uses, NavigableMap<String, String> tls) {}

    private final NavigableMap<ObjectName, NavigableMap<String, String>> objects;
    private final NavigableMap<ObjectName, NavigableSet<ObjectName>> references;
    private final Map<ObjectName, NavigableMap<String, String>> routers = new TreeMap<>();

    Served(KeyTree tree) {
        objects = tree.objects();
        references = tree.references();
        objects.forEach(
                (name, keys) -> {
                    if (name.kind() == Kind.ROUTERS) {
                        routers.put(name, fields(keys));
                    }
                });
    }

    private static NavigableMap<String, String> fields(Map<String, String> keys) {
        NavigableMap<String, String> fields = new TreeMap<>();
        keys.forEach(
                (key, value) -> {
                    List<String> parts =
                            Arrays.stream(key.split("/", -1))
                                    .filter(each -> !each.isEmpty())
                                    .toList();
                    fields.put(
                            String.join("/", parts.subList(3, parts.size()))
                                    .toLowerCase(Locale.ROOT),
                            value);
                });
        return fields;
    }

    Collection<ObjectName> routers() {
        return routers.keySet();
    }

    /** A router and all that it names, directly or through others; what is missing has no keys. */
    Map<ObjectName, NavigableMap<String, String>> uses(ObjectName router) {
        Map<ObjectName, NavigableMap<String, String>> all = new TreeMap<>();
        List<ObjectName> open = new ArrayList<>(List.of(router));
        while (!open.isEmpty()) {
            ObjectName next = open.removeLast();
            if (all.put(next, objects.getOrDefault(next, NOTHING)) == null) {
                NavigableSet<ObjectName> named = references.get(next);
                open.addAll(named == null ? Set.of() : named);
            }
        }
        return all;
    }

    Answer answer(Request request) {
        return new Answer(taken(request).map(this::uses).orElse(Map.of()), tls(request.host()));
    }

    /** TCP routers are asked first, but HTTP ones before the TCP router of any name. */
    private Optional<ObjectName> taken(Request request) {
        Optional<ObjectName> named =
                highest(
                        matching(request, Protocol.TCP)
                                .filter(each -> !field(each, "rule").equals(ANY_NAME)));
        return named.or(() -> http(request)).or(() -> highest(matching(request, Protocol.TCP)));
    }

    private Optional<ObjectName> http(Request request) {
        Optional<ObjectName> top =
                highest(matching(request, Protocol.HTTP).filter(each -> parents(each).isEmpty()));
        return top.flatMap(
                parent -> {
                    boolean isParent =
                            routers.keySet().stream()
                                    .anyMatch(each -> parents(each).contains(parent.name()));
                    return isParent
                            ? highest(
                                    matching(request, Protocol.HTTP)
                                            .filter(each -> parents(each).contains(parent.name())))
                            : top;
                });
    }

    private Stream<ObjectName> matching(Request request, Protocol protocol) {
        return routers.keySet().stream()
                .filter(each -> each.protocol() == protocol)
                .filter(each -> isOn(each, request.entryPoint()))
                .filter(each -> matches(field(each, "rule"), request));
    }

    private boolean isOn(ObjectName router, String entryPoint) {
        List<String> own = list(router, "entrypoints");
        return own.isEmpty() || own.contains(entryPoint);
    }

    private static boolean matches(String rule, Request request) {
        return Arrays.stream(rule.split(" \\|\\| ", -1))
                .anyMatch(
                        any ->
                                Arrays.stream(any.split(" && ", -1))
                                        .allMatch(all -> matchesOne(all, request)));
    }

    private static boolean matchesOne(String call, Request request) {
        Matcher parts = CALL.matcher(call);
        if (!parts.matches()) {
            throw new IllegalArgumentException(call);
        }
        String argument = parts.group(2);
        return switch (parts.group(1)) {
            case "Path" -> request.path().equals(argument);
            case "PathPrefix" -> request.path().startsWith(argument);
            case "HostSNI" -> argument.equals("*") || isHost(argument, request.host());
            case "Host" -> isHost(argument, request.host());
            default -> throw new IllegalArgumentException(call);
        };
    }

    private static boolean isHost(String argument, String host) {
        return argument.startsWith("*")
                ? host.substring(host.indexOf('.')).equals(argument.substring(1))
                : argument.equals(host) || argument.equals(host + ".");
    }

    private Optional<ObjectName> highest(Stream<ObjectName> some) {
        return some.max(Comparator.comparing(each -> Long.valueOf(field(each, "priority"))));
    }

    /** The options on which all routers of a host agree, or else the default ones. */
    private NavigableMap<String, String> tls(String host) {
        Set<String> names = new HashSet<>();
        routers.forEach(
                (name, fields) -> {
                    if (field(name, "rule").contains("Host(`" + host + "`)")) {
                        names.add(fields.getOrDefault("tls/options", "default"));
                    }
                });
        String chosen = names.size() == 1 ? names.iterator().next() : "default";
        return objects.getOrDefault(new ObjectName(Protocol.TLS, Kind.OPTIONS, chosen), NOTHING);
    }

    private List<String> parents(ObjectName router) {
        return list(router, "parentrefs");
    }

    private List<String> list(ObjectName router, String field) {
        return routers.getOrDefault(router, NOTHING).entrySet().stream()
                .filter(each -> each.getKey().startsWith(field))
                .map(Map.Entry::getValue)
                .toList();
    }

    private String field(ObjectName router, String field) {
        return routers.getOrDefault(router, NOTHING).getOrDefault(field, "");
    }
}
