package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.ObjectName.Kind;
import dev.forwardguard.edge.routes.ObjectName.Protocol;

import java.util.Set;

/** The route that shows which revision a gateway serves. Only the tool itself writes it. */
public final class Canary {
    /** Its entry point, which nothing else uses. */
    public static final String ENTRY_POINT = "canary";

    /** The name of its router and of its middleware. */
    public static final String NAME = "edge-revision";

    /** The objects that files must not have. */
    public static final Set<ObjectName> OBJECTS =
            Set.of(
                    new ObjectName(Protocol.HTTP, Kind.ROUTERS, NAME),
                    new ObjectName(Protocol.HTTP, Kind.MIDDLEWARES, NAME));

    private Canary() {}
}
