package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.model.Shape.Field;
import dev.forwardguard.edge.routes.model.Shape.Fields;
import dev.forwardguard.edge.routes.model.Shape.Named;
import dev.forwardguard.edge.routes.syntax.DidYouMean;
import dev.forwardguard.edge.routes.yaml.YamlValue.Entry;
import dev.forwardguard.edge.routes.yaml.YamlValue.Mapping;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Converts objects: which fields they have, and which they must have. */
final class ObjectConversion {
    private static final int MAX_LISTED_FIELDS = 16;

    private final Draft draft;
    private final Conversion conversion;

    ObjectConversion(Draft draft, Conversion conversion) {
        this.draft = draft;
        this.conversion = conversion;
    }

    /** An object with fixed fields. */
    void convert(Fields fields, Mapping mapping, Spot spot) {
        SpellingCheck spellings = new SpellingCheck(draft);
        Set<String> found = new LinkedHashSet<>();
        boolean unknown = false;
        for (Entry entry : mapping.entries()) {
            String written = entry.key().text();
            Optional<Field> field = fields.field(written);
            String name = field.map(Field::name).orElse(written);
            Spot child = spot.child(name, written, entry.key().place());
            if (field.isEmpty()) {
                unknown = true;
                found.addAll(unknown(fields, written, child));
            } else if (spellings.add(name, child)) {
                found.add(name);
                conversion.convert(field.get(), entry.value(), child);
            }
        }
        requireFields(fields, found, spot);
        requireOne(fields, found, unknown, spot);
    }

    /** Reports an unknown field, and says which one was probably meant. */
    private Set<String> unknown(Fields fields, String written, Spot spot) {
        List<String> names = fields.fields().values().stream().map(Field::name).toList();
        Optional<String> meant = DidYouMean.suggestion(written, names);
        String hint =
                meant.map(name -> ", did you mean %s?".formatted(name))
                        .orElse(
                                names.size() > MAX_LISTED_FIELDS
                                        ? ""
                                        : ", there are " + String.join(", ", names));
        draft.problem(spot.problem("unknown field" + hint));
        return meant.map(Set::of).orElse(Set.of());
    }

    private void requireFields(Fields fields, Set<String> found, Spot spot) {
        fields.fields().values().stream()
                .filter(field -> field.required() && !found.contains(field.name()))
                .forEach(field -> draft.problem(spot.problem(field.name() + " is missing")));
    }

    private void requireOne(Fields fields, Set<String> found, boolean unknown, Spot spot) {
        List<String> kinds = fields.oneOf().stream().filter(found::contains).toList();
        if (kinds.size() > 1) {
            draft.problem(
                    spot.problem(
                            "has more than one kind, %s: make an object of each"
                                    .formatted(String.join(" and ", kinds))));
        } else if (kinds.isEmpty() && !fields.oneOf().isEmpty() && !unknown) {
            draft.problem(spot.problem("needs one of " + String.join(", ", fields.oneOf())));
        }
    }

    /** Objects by their names: each can be written and deleted alone. */
    void named(Named named, Mapping mapping, Spot spot) {
        for (Entry entry : mapping.entries()) {
            String name = entry.key().text();
            Spot child = spot.child(name, name, entry.key().place());
            Optional<String> complaint = Names.complaint(name);
            if (Scalars.isRewritten(entry.key())) {
                complaint = Optional.of("YAML reads this name as a number: put it in quotes");
            }
            if (complaint.isPresent()) {
                draft.problem(child.problem(complaint.get()));
                continue;
            }
            ObjectName object = ObjectName.ofKey(child.key()).orElseThrow();
            if (define(object, child)) {
                Field field = new Field(name, named.element(), false, false);
                conversion.convert(field, entry.value(), child.ownedBy(object));
            }
        }
    }

    private boolean define(ObjectName object, Spot spot) {
        if (Canary.OBJECTS.contains(object)) {
            draft.problem(spot.problem("is the canary's, which this tool writes itself"));
            return false;
        }
        draft.mark(spot);
        Optional<Spot> earlier = draft.define(object, spot);
        earlier.ifPresent(
                other ->
                        draft.problem(
                                spot.problem(
                                        "is there already, in %s as %s: names in keys have no case"
                                                .formatted(other.place(), other.where()))));
        return earlier.isEmpty();
    }
}
