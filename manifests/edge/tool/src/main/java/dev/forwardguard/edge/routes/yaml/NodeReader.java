package dev.forwardguard.edge.routes.yaml;

import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns composed nodes into values. Aliases are written out; what they name keeps its line. */
final class NodeReader {
    /** The most values of one file, counting those behind an alias each time. */
    private static final int MAX_VALUES = 300_000;

    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    private static final Set<Tag> TAGS =
            Set.of(
                    Tag.STR,
                    Tag.INT,
                    Tag.FLOAT,
                    Tag.BOOL,
                    Tag.NULL,
                    Tag.TIMESTAMP,
                    Tag.MERGE,
                    Tag.SEQ,
                    Tag.MAP);

    private final Path file;
    private final int maxDepth;
    private int values;

    NodeReader(Path file, int maxDepth) {
        this.file = file;
        this.maxDepth = maxDepth;
    }

    YamlValue read(Node node) throws YamlException {
        return read(node, 0);
    }

    private YamlValue read(Node node, int depth) throws YamlException {
        if (depth > maxDepth) {
            throw new YamlException(line(node), "is nested too deeply, or refers to itself");
        }
        if (++values > MAX_VALUES) {
            throw new YamlException(line(node), "more than 300,000 values, aliases written out");
        }
        if (!TAGS.contains(node.getTag())) {
            throw new YamlException(line(node), "has a tag (!…): leave it out");
        }
        return switch (node) {
            case ScalarNode scalar -> scalar(scalar);
            case SequenceNode sequence -> sequence(sequence, depth);
            case MappingNode mapping -> mapping(mapping, depth);
            default -> throw new YamlException(line(node), "is no value");
        };
    }

    private YamlValue scalar(ScalarNode node) {
        boolean plain = node.getScalarStyle() == ScalarStyle.PLAIN;
        return plain && NULLS.contains(node.getValue())
                ? new YamlValue.Nothing(place(node))
                : new YamlValue.Text(node.getValue(), plain, place(node));
    }

    private YamlValue sequence(SequenceNode node, int depth) throws YamlException {
        List<YamlValue> items = new ArrayList<>();
        for (Node item : node.getValue()) {
            items.add(read(item, depth + 1));
        }
        return new YamlValue.Items(List.copyOf(items), place(node));
    }

    private YamlValue.Mapping mapping(MappingNode node, int depth) throws YamlException {
        Map<String, YamlValue.Entry> entries = new LinkedHashMap<>();
        List<Node> merged = new ArrayList<>();
        for (NodeTuple tuple : node.getValue()) {
            if (isMerge(tuple.getKeyNode())) {
                merged.add(tuple.getValueNode());
                continue;
            }
            YamlValue.Text key = key(tuple.getKeyNode());
            YamlValue.Entry entry = new YamlValue.Entry(key, read(tuple.getValueNode(), depth + 1));
            YamlValue.Entry earlier = entries.putIfAbsent(key.text(), entry);
            if (earlier != null) {
                throw new YamlException(
                        key.place().line(),
                        "\"%s\" is a second time here, first in line %d"
                                .formatted(key.text(), earlier.key().place().line()));
            }
        }
        for (Node value : merged) {
            merge(entries, value, depth + 1);
        }
        return new YamlValue.Mapping(List.copyOf(entries.values()), place(node));
    }

    /** A mapping's own keys win, then those of the first merged mapping. */
    private void merge(Map<String, YamlValue.Entry> entries, Node value, int depth)
            throws YamlException {
        List<Node> sources =
                value instanceof SequenceNode sequence ? sequence.getValue() : List.of(value);
        for (Node source : sources) {
            if (!(read(source, depth) instanceof YamlValue.Mapping mapping)) {
                throw new YamlException(line(source), "only mappings can be merged with <<");
            }
            for (YamlValue.Entry entry : mapping.entries()) {
                entries.putIfAbsent(entry.key().text(), entry);
            }
        }
    }

    private static boolean isMerge(Node key) {
        return key instanceof ScalarNode scalar
                && scalar.getScalarStyle() == ScalarStyle.PLAIN
                && scalar.getValue().equals("<<");
    }

    private YamlValue.Text key(Node node) throws YamlException {
        if (node instanceof ScalarNode && read(node, maxDepth) instanceof YamlValue.Text text) {
            return text;
        }
        throw new YamlException(line(node), "a name must be a text");
    }

    private Place place(Node node) {
        return new Place(file, line(node));
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }
}
