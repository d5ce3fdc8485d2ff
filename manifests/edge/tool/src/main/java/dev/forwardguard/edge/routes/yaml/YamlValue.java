package dev.forwardguard.edge.routes.yaml;

import java.util.List;

/** A value of a YAML document. */
public sealed interface YamlValue {
    /** Where the value begins. */
    Place place();

    /**
     * A scalar that is not null.
     *
     * @param plain whether it is neither quoted nor a block, so that YAML may take it for a number
     */
    record Text(String text, boolean plain, Place place) implements YamlValue {
        /** Not the text: it may be a secret. */
        @Override
        public String toString() {
            return "text at " + place;
        }
    }

    /** A sequence. */
    record Items(List<YamlValue> items, Place place) implements YamlValue {}

    /** A mapping, with merged mappings resolved. No key appears twice. */
    record Mapping(List<Entry> entries, Place place) implements YamlValue {}

    /** A key without a value, or null. */
    record Nothing(Place place) implements YamlValue {}

    /** One line of a mapping. */
    record Entry(Text key, YamlValue value) {}
}
