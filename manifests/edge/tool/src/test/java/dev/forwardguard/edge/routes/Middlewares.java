package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.model.Model;
import dev.forwardguard.edge.routes.model.Shape;
import dev.forwardguard.edge.routes.model.Shape.Field;
import dev.forwardguard.edge.routes.model.Shape.Fields;
import dev.forwardguard.edge.routes.model.Shape.Named;

import java.util.List;

/** The kinds of middlewares that the model knows. */
final class Middlewares {
    static final List<String> KINDS = kinds();

    private Middlewares() {}

    private static List<String> kinds() {
        Fields http = (Fields) Model.configuration().field("http").orElseThrow().shape();
        Fields middleware = ((Named) http.field("middlewares").orElseThrow().shape()).element();
        return middleware.fields().values().stream()
                .filter(field -> !(field.shape() instanceof Shape.Removed))
                .map(Field::name)
                .toList();
    }
}
