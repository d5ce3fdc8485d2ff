package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.model.Model;
import dev.forwardguard.edge.routes.model.Shape;
import dev.forwardguard.edge.routes.model.Shape.Field;
import dev.forwardguard.edge.routes.model.Shape.Fields;
import dev.forwardguard.edge.routes.model.Shape.Items;
import dev.forwardguard.edge.routes.model.Shape.Named;
import dev.forwardguard.edge.routes.model.Shape.Scalar;
import dev.forwardguard.edge.routes.model.ValueType;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads keys as Traefik does (pkg/config/kv/kv_node.go): empty parts count for nothing. */
final class Keys {
    private Keys() {}

    static List<String> parts(String key) {
        return Arrays.stream(key.split("/", -1)).filter(part -> !part.isEmpty()).toList();
    }

    /** What the model says of a key's value; empty for what is no single value or is unknown. */
    static Optional<ValueType> type(String key) {
        Shape shape = Model.configuration();
        for (String part : parts(key)) {
            shape = inner(shape, part);
            if (shape == null) {
                return Optional.empty();
            }
        }
        // A list may be in one key, parted by commas.
        Shape last = shape instanceof Items items ? items.element() : shape;
        return last instanceof Scalar(ValueType type) ? Optional.of(type) : Optional.empty();
    }

    /** What a key refers to with its value, if the model says that it is a reference. */
    static Optional<ValueType.Reference> reference(String key) {
        return type(key)
                .filter(ValueType.Reference.class::isInstance)
                .map(ValueType.Reference.class::cast);
    }

    private static @Nullable Shape inner(Shape shape, String part) {
        return switch (shape) {
            case Fields fields -> fields.field(part).map(Field::shape).orElse(null);
            case Named named -> named.element();
            case Items items -> items.element();
            case Shape.Texts texts -> new Scalar(texts.value());
            default -> null;
        };
    }
}
