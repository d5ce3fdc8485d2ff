package dev.forwardguard.edge.routes.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.ReaderException;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;

/** Reads one file of at most {@link #MAX_BYTES}. */
public final class YamlFile {
    /** The largest file. etcd takes 1.5 MiB in one request. */
    public static final int MAX_BYTES = 4 << 20;

    private static final int MAX_DEPTH = 40;
    private static final int MAX_ALIASES = 1_000;

    private YamlFile() {}

    /**
     * The file's mapping; an empty one is what is left when the last route goes.
     *
     * @throws YamlException if it is no single document with a mapping
     * @throws IOException if the file cannot be read
     */
    public static YamlValue.Mapping read(Path file) throws IOException, YamlException {
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".toml")) {
            throw new YamlException(1, "is TOML: write it as YAML");
        }
        String content = content(file);
        rejectTemplates(content);
        Node root = document(content);
        if (new NodeReader(file, MAX_DEPTH).read(root) instanceof YamlValue.Mapping mapping) {
            return mapping;
        }
        throw new YamlException(
                root.getStartMark().getLine() + 1, "must be a mapping with http, tcp, udp or tls");
    }

    private static String content(Path file) throws IOException, YamlException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new YamlException(1, "larger than 4 MiB: split the file");
        }
        try {
            String content = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return content.startsWith("\uFEFF") ? content.substring(1) : content;
        } catch (CharacterCodingException e) {
            throw new YamlException(1, "is not UTF-8");
        }
    }

    /** Traefik's file provider runs files through Go's text/template before it reads them. */
    private static void rejectTemplates(String content) throws YamlException {
        int template = content.indexOf("{{");
        if (template >= 0) {
            throw new YamlException(
                    lineOf(content, template),
                    "{{ begins a template of Traefik's file provider, which keys do not have: write"
                            + " what it stands for");
        }
    }

    private static Node document(String content) throws YamlException {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_BYTES);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        try {
            Iterator<Node> documents =
                    new Yaml(options).composeAll(new StringReader(content)).iterator();
            if (!documents.hasNext()) {
                throw new YamlException(1, "is empty: write {} if no route is meant");
            }
            Node first = documents.next();
            if (documents.hasNext()) {
                throw new YamlException(
                        documents.next().getStartMark().getLine() + 1,
                        "a second document: Traefik reads only the first, so use one file for each");
            }
            return first;
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new YamlException(line, "is no YAML: " + e.getProblem());
        } catch (ReaderException e) {
            throw new YamlException(
                    lineOf(content, e.getPosition()), "has a character that YAML does not allow");
        } catch (YAMLException e) {
            throw new YamlException(1, "is nested too deeply, or has too many aliases");
        }
    }

    private static int lineOf(String content, int position) {
        return 1
                + (int)
                        content.substring(0, Math.min(Math.max(position, 0), content.length()))
                                .chars()
                                .filter(c -> c == '\n')
                                .count();
    }
}
