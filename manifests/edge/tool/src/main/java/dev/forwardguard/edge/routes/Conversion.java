package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.model.Model;
import dev.forwardguard.edge.routes.model.Shape;
import dev.forwardguard.edge.routes.model.Shape.Field;
import dev.forwardguard.edge.routes.model.Shape.Fields;
import dev.forwardguard.edge.routes.model.Shape.Items;
import dev.forwardguard.edge.routes.model.Shape.Named;
import dev.forwardguard.edge.routes.model.Shape.Scalar;
import dev.forwardguard.edge.routes.syntax.Pem;
import dev.forwardguard.edge.routes.yaml.YamlValue;
import dev.forwardguard.edge.routes.yaml.YamlValue.Entry;
import dev.forwardguard.edge.routes.yaml.YamlValue.Mapping;
import dev.forwardguard.edge.routes.yaml.YamlValue.Nothing;
import dev.forwardguard.edge.routes.yaml.YamlValue.Text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Walks through the files along the model, and writes keys or problems. */
final class Conversion {
    /** The one list that several files add to, as with Traefik's file provider. */
    private static final String CERTIFICATES = "tls/certificates";

    /** For values of lists. */
    static final String NOT_IN_LISTS =
            "in keys a value of a list cannot be empty, have a comma or spaces around it";

    private final Draft draft;
    private final Scalars scalars;
    private final ObjectConversion objects;
    private final FreeForm freeForm;
    private final List<ListItem> certificates = new ArrayList<>();

    /** An item that waits until the length of its list is known. */
    private record ListItem(YamlValue value, Spot list, int number) {}

    Conversion(Draft draft, EntryPoints entryPoints) {
        this.draft = draft;
        this.scalars = new Scalars(draft, entryPoints);
        this.objects = new ObjectConversion(draft, this);
        this.freeForm = new FreeForm(draft);
    }

    /** Takes one more file. */
    void add(Mapping root) {
        objects.convert(Model.configuration(), root, Spot.root(root.place()));
    }

    /** To be called after the last file. */
    void finish() {
        Fields certificate = (Fields) ((Items) certificatesShape()).element();
        for (int i = 0; i < certificates.size(); i++) {
            ListItem item = certificates.get(i);
            String index = index(i, certificates.size());
            convert(
                    certificate,
                    false,
                    item.value(),
                    item.list().item(index, item.number(), item.value().place()));
        }
    }

    private static Shape certificatesShape() {
        Fields tls = (Fields) Model.configuration().field("tls").orElseThrow().shape();
        return tls.field("certificates").orElseThrow().shape();
    }

    void convert(Field field, YamlValue value, Spot spot) {
        convert(field.shape(), field.mayBeEmpty(), value, spot);
    }

    private void convert(Shape shape, boolean mayBeEmpty, YamlValue value, Spot spot) {
        if (value instanceof Nothing) {
            String empty = mayBeEmpty ? "write {} or leave it out" : "leave it out";
            draft.problem(spot.problem("has no value, so Traefik ignores it: " + empty));
            return;
        }
        switch (shape) {
            case Scalar scalar -> scalar(scalar, value, spot);
            case Items items -> list(items, value, spot);
            case Named named ->
                    ifMapping(value, spot, mapping -> objects.named(named, mapping, spot));
            case Shape.Texts texts ->
                    ifMapping(value, spot, mapping -> texts(texts, mapping, spot));
            case Shape.Free free ->
                    ifMapping(value, spot, mapping -> freeForm.plugin(mapping, spot));
            case Shape.Removed removed -> draft.problem(spot.problem(removed.advice()));
            case Fields fields -> object(fields, mayBeEmpty, value, spot);
        }
    }

    private void scalar(Scalar scalar, YamlValue value, Spot spot) {
        if (value instanceof Text text) {
            scalars.convert(scalar.type(), text, spot);
        } else {
            draft.problem(spot.problem("must be a single value"));
        }
    }

    private void object(Fields fields, boolean mayBeEmpty, YamlValue value, Spot spot) {
        if (value instanceof Mapping(List<Entry> entries, var place)
                && entries.isEmpty()
                && mayBeEmpty) {
            draft.put(spot, "true");
            return;
        }
        ifMapping(value, spot, mapping -> objects.convert(fields, mapping, spot));
    }

    private void list(Items items, YamlValue value, Spot spot) {
        if (!(value instanceof YamlValue.Items list)) {
            draft.problem(spot.problem("must be a list"));
            return;
        }
        if (list.items().isEmpty()) {
            draft.problem(spot.problem("is empty, which keys cannot express: leave it out"));
            return;
        }
        draft.mark(spot);
        for (int i = 0; i < list.items().size(); i++) {
            YamlValue item = list.items().get(i);
            if (spot.key().equals(CERTIFICATES)) {
                certificates.add(new ListItem(item, spot, i));
            } else {
                Spot at = spot.item(index(i, list.items().size()), i, item.place());
                item(items.element(), item, at);
            }
        }
    }

    /** Traefik joins the values of a list with commas, parts them again and strips them. */
    private void item(Shape shape, YamlValue item, Spot spot) {
        boolean changes =
                shape instanceof Scalar
                        && item instanceof Text text
                        && changesInLists(text.text())
                        && !Pem.isPem(text.text());
        if (changes) {
            draft.problem(spot.problem(NOT_IN_LISTS));
            return;
        }
        convert(shape, false, item, spot);
    }

    static boolean changesInLists(String value) {
        return value.isEmpty() || value.contains(",") || !value.equals(value.strip());
    }

    private void texts(Shape.Texts texts, Mapping mapping, Spot spot) {
        SpellingCheck spellings = new SpellingCheck(draft);
        for (Entry entry : mapping.entries()) {
            Text name = entry.key();
            Spot child = spot.child(name.text(), name.text(), name.place());
            spellings.add(name.text(), child);
            if (scalars.isName(texts.key(), name, child)) {
                convert(new Scalar(texts.value()), false, entry.value(), child);
            }
        }
    }

    private void ifMapping(YamlValue value, Spot spot, Consumer<Mapping> then) {
        if (!(value instanceof Mapping mapping)) {
            draft.problem(spot.problem("must be an object with fields"));
        } else if (mapping.entries().isEmpty()) {
            draft.problem(spot.problem("is empty: leave it out"));
        } else {
            draft.mark(spot);
            then.accept(mapping);
        }
    }

    /** Padded, since the order of keys is that of text. */
    static String index(int number, int size) {
        int width = String.valueOf(size - 1).length();
        return ("%0" + width + "d").formatted(number);
    }
}
