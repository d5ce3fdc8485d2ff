package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.model.ValueType;

import java.util.HashMap;
import java.util.Map;

/** What kind of value stands in each line. */
record Values(Draft draft) {
    /** By file name and line. */
    Map<String, ValueType> types() {
        Map<String, ValueType> types = new HashMap<>();
        draft.keyTree()
                .keys()
                .keySet()
                .forEach(key -> Keys.type(key).ifPresent(type -> types.put(line(key), type)));
        return types;
    }

    private String line(String key) {
        var place = draft.spot(key).orElseThrow().place();
        return place.file().getFileName() + ":" + place.line();
    }
}
