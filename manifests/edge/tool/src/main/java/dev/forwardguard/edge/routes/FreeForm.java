package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.yaml.YamlValue;
import dev.forwardguard.edge.routes.yaml.YamlValue.Entry;
import dev.forwardguard.edge.routes.yaml.YamlValue.Items;
import dev.forwardguard.edge.routes.yaml.YamlValue.Mapping;
import dev.forwardguard.edge.routes.yaml.YamlValue.Nothing;
import dev.forwardguard.edge.routes.yaml.YamlValue.Text;

import java.util.Optional;

/**
 * Converts the settings of a plugin, of which only the plugin knows the form. Plugins get every
 * value as a text, and a list of values as one text with commas; Traefik converts both for them
 * (pkg/plugins).
 */
final class FreeForm {
    private final Draft draft;

    FreeForm(Draft draft) {
        this.draft = draft;
    }

    /** The field {@code plugin}: the name of one plugin, with its settings. */
    void plugin(Mapping mapping, Spot spot) {
        if (mapping.entries().size() != 1) {
            draft.problem(spot.problem("must name one plugin"));
        }
        for (Entry entry : mapping.entries()) {
            Spot child = spot.child(entry.key().text(), entry.key().text(), entry.key().place());
            if (entry.value() instanceof Mapping settings && isName(entry.key(), child)) {
                if (settings.entries().isEmpty()) {
                    draft.put(child, "true");
                } else {
                    fields(settings, child);
                }
                settings.entries().forEach(setting -> requireOtherName(setting, child));
            } else if (!(entry.value() instanceof Mapping)) {
                draft.problem(child.problem("must be the plugin's settings, {} if there are none"));
            }
        }
    }

    /** Traefik drops a level where a setting has its own name again (paerser fillRawValue). */
    private void requireOtherName(Entry setting, Spot spot) {
        String name = setting.key().text();
        if (setting.value() instanceof Mapping inner
                && inner.entries().stream().anyMatch(entry -> entry.key().text().equals(name))) {
            draft.problem(
                    spot.child(name, name, setting.key().place())
                            .problem("keys cannot express a setting inside of one of its name"));
        }
    }

    private void fields(Mapping mapping, Spot spot) {
        SpellingCheck spellings = new SpellingCheck(draft);
        for (Entry entry : mapping.entries()) {
            String name = entry.key().text();
            Spot child = spot.child(name, name, entry.key().place());
            if (spellings.add(name, child) && isName(entry.key(), child)) {
                value(entry.value(), child);
            }
        }
    }

    private boolean isName(Text key, Spot spot) {
        Optional<String> complaint =
                Scalars.isRewritten(key)
                        ? Optional.of("YAML reads this name as a number: put it in quotes")
                        : Names.complaint(key.text());
        complaint.map(spot::problem).ifPresent(draft::problem);
        return complaint.isEmpty();
    }

    private void value(YamlValue value, Spot spot) {
        switch (value) {
            case Text text -> text(text, spot);
            case Items items when !items.items().isEmpty() -> list(items, spot);
            case Mapping mapping when !mapping.entries().isEmpty() -> fields(mapping, spot);
            case Nothing nothing -> draft.problem(spot.problem("has no value: leave it out"));
            case Items items -> draft.problem(spot.problem("is empty: leave it out"));
            case Mapping mapping -> draft.problem(spot.problem("is empty: leave it out"));
        }
    }

    private void text(Text text, Spot spot) {
        if (Scalars.isRewritten(text)) {
            draft.problem(spot.problem("YAML rewrites this number or date: put it in quotes"));
        }
        draft.put(spot, text.text());
    }

    private void list(Items items, Spot spot) {
        boolean texts = items.items().get(0) instanceof Text;
        for (int i = 0; i < items.items().size(); i++) {
            YamlValue item = items.items().get(i);
            Spot at = spot.item(Conversion.index(i, items.items().size()), i, item.place());
            if (item instanceof Items || (item instanceof Text) != texts) {
                draft.problem(at.problem("a list in keys has either values or objects"));
            } else if (item instanceof Text text && Conversion.changesInLists(text.text())) {
                draft.problem(at.problem(Conversion.NOT_IN_LISTS));
            } else {
                value(item, at);
            }
        }
    }
}
