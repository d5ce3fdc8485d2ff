package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.model.Model;
import dev.forwardguard.edge.routes.model.Shape.Field;
import dev.forwardguard.edge.routes.model.Shape.Fields;
import dev.forwardguard.edge.routes.model.ValueType;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Names one object of a dynamic configuration: the smallest part that is written or deleted whole.
 *
 * <p>Two names that differ only in case are equal, since Traefik's key-value provider merges their
 * keys into one object (pkg/config/kv/kv_node.go). The list of certificates is one object, whose
 * name is empty.
 *
 * @param name as it is written, without a provider
 */
public record ObjectName(Protocol protocol, Kind kind, String name)
        implements Comparable<ObjectName> {
    private static final Comparator<ObjectName> ORDER =
            Comparator.comparing(ObjectName::protocol)
                    .thenComparing(ObjectName::kind)
                    .thenComparing(ObjectName::name, String.CASE_INSENSITIVE_ORDER);

    /** The sections of a dynamic configuration. */
    public enum Protocol {
        HTTP,
        TCP,
        UDP,
        TLS
    }

    /** The collections of objects in a section. */
    public enum Kind {
        ROUTERS("routers"),
        SERVICES("services"),
        MIDDLEWARES("middlewares"),
        SERVERS_TRANSPORTS("serversTransports"),
        OPTIONS("options"),
        STORES("stores"),
        CERTIFICATES("certificates");

        private final String field;

        Kind(String field) {
            this.field = field;
        }

        /** The field's name in files and keys. */
        public String field() {
            return field;
        }
    }

    /**
     * The object that a key belongs to, or empty when Traefik would ignore the key or refuse the
     * whole tree. Field names are read in any case.
     *
     * @param key below the root key, for example {@code http/routers/site/rule}
     */
    public static Optional<ObjectName> ofKey(String key) {
        List<String> parts = Keys.parts(key);
        if (parts.size() < 3) {
            return Optional.empty();
        }
        return protocolOf(parts.get(0))
                .flatMap(
                        protocol ->
                                kindOf(protocol, parts.get(1))
                                        .map(kind -> of(protocol, kind, parts.get(2))));
    }

    /**
     * The part of a key below its object, in lower case and as Traefik reads it: {@code
     * tls/options}. Empty for a key of no object.
     */
    public static String field(String key) {
        List<String> parts = Keys.parts(key.toLowerCase(Locale.ROOT));
        return String.join("/", parts.subList(Math.min(3, parts.size()), parts.size()));
    }

    /** The object that a value refers to. */
    static ObjectName of(ValueType.Reference type, String name) {
        return new ObjectName(
                protocolOf(type.section()).orElseThrow(),
                kindOf(protocolOf(type.section()).orElseThrow(), type.collection()).orElseThrow(),
                name);
    }

    private static ObjectName of(Protocol protocol, Kind kind, String name) {
        return new ObjectName(protocol, kind, kind == Kind.CERTIFICATES ? "" : name);
    }

    static Optional<Protocol> protocolOf(String name) {
        return Arrays.stream(Protocol.values())
                .filter(protocol -> protocol.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /** The collection of that name, if the section has it. */
    static Optional<Kind> kindOf(Protocol protocol, String name) {
        boolean known =
                Model.configuration()
                        .field(protocol.name())
                        .map(Field::shape)
                        .filter(Fields.class::isInstance)
                        .map(Fields.class::cast)
                        .flatMap(section -> section.field(name))
                        .isPresent();
        return Arrays.stream(Kind.values())
                .filter(kind -> known && kind.field().equalsIgnoreCase(name))
                .findFirst();
    }

    /** What the object's keys begin with, for example {@code http/routers/site/}. */
    public String prefix() {
        String collection = protocol.name().toLowerCase(Locale.ROOT) + "/" + kind.field() + "/";
        return name.isEmpty() ? collection : collection + name + "/";
    }

    @Override
    public int compareTo(ObjectName other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectName that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return (protocol.hashCode() * 31 + kind.hashCode()) * 31
                + name.toLowerCase(Locale.ROOT).hashCode();
    }

    /** As in files: {@code http.routers.site}. */
    @Override
    public String toString() {
        String collection = protocol.name().toLowerCase(Locale.ROOT) + "." + kind.field();
        return name.isEmpty() ? collection : collection + "." + name;
    }
}
