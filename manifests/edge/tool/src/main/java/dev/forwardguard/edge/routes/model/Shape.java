package dev.forwardguard.edge.routes.model;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a field may hold. */
public sealed interface Shape {
    /** One value. */
    record Scalar(ValueType type) implements Shape {}

    /** A list. */
    record Items(Shape element) implements Shape {}

    /** Objects by name, which users choose. */
    record Named(Fields element) implements Shape {}

    /** Texts by name. */
    record Texts(ValueType key, ValueType value) implements Shape {}

    /** A plugin's settings, of which Traefik knows nothing either. */
    record Free() implements Shape {}

    /**
     * A field that Traefik has no more, or soon, or that keys cannot express.
     *
     * @param advice what to write instead
     */
    record Removed(String advice) implements Shape {}

    /**
     * An object with fixed fields.
     *
     * @param fields by name in lower case, in the order of the model
     * @param oneOf the names of fields of which exactly one must be there; empty if there are none
     */
    record Fields(String type, Map<String, Field> fields, List<String> oneOf) implements Shape {
        /** The field of that name, in any case. */
        public Optional<Field> field(String name) {
            return Optional.ofNullable(fields.get(name.toLowerCase(Locale.ROOT)));
        }
    }

    /**
     * A field of an object.
     *
     * @param name as Traefik's documentation spells it
     * @param mayBeEmpty whether an object without fields means something
     */
    record Field(String name, Shape shape, boolean required, boolean mayBeEmpty) {}
}
