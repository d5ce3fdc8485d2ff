package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.model.ValueType;
import dev.forwardguard.edge.routes.syntax.Pem;
import dev.forwardguard.edge.routes.syntax.PemException;
import dev.forwardguard.edge.routes.yaml.YamlValue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Turns single values into the texts of keys. */
final class Scalars {
    private static final int MAX_PEM_BYTES = 256 << 10;

    /** Judged as written: YAML's other spellings of numbers are refused anyway. */
    private static final Set<String> NUMBERS =
            Set.of("bool", "int", "duration", "positive-duration", "signed-duration", "status");

    /** What YAML takes for a number or a date that it would write in another way. */
    private static final Pattern REWRITTEN =
            Pattern.compile(
                    "[-+]?0[0-9_]+|[-+]?0[xob][0-9A-Fa-f_]+|[-+]?[0-9]+_[0-9_]*|\\+[0-9]+"
                            + "|[-+]?[0-9]{19,}|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
                            + "|[-+]?([0-9][0-9_]*\\.[0-9_]*|\\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?"
                            + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)"
                            + "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \\t].*)?");

    private final Draft draft;
    private final EntryPoints entryPoints;

    Scalars(Draft draft, EntryPoints entryPoints) {
        this.draft = draft;
        this.entryPoints = entryPoints;
    }

    /** Checks a value and puts it at its key. */
    void convert(ValueType type, YamlValue.Text text, Spot spot) {
        switch (type) {
            case ValueType.Judged judged -> judge(judged, text, spot);
            case ValueType.EntryPoint entryPoint -> entryPoint(text, spot);
            case ValueType.Reference reference -> refer(reference, text, spot);
            case ValueType.Pem pem -> pem(pem, text, spot);
        }
    }

    private void judge(ValueType.Judged type, YamlValue.Text text, Spot spot) {
        if (!NUMBERS.contains(type.word()) && isRewritten(text)) {
            draft.problem(spot.problem("YAML reads this as a number or date: put it in quotes"));
            return;
        }
        type.syntax().complaint(text.text()).map(spot::problem).ifPresent(draft::problem);
        draft.put(spot, text.text());
    }

    /** Whether a text can be a name in keys; if not, that is a problem. */
    boolean isName(ValueType type, YamlValue.Text name, Spot spot) {
        Optional<String> complaint =
                isRewritten(name)
                        ? Optional.of("YAML reads this name as a number or date: put it in quotes")
                        : ((ValueType.Judged) type).syntax().complaint(name.text());
        complaint = complaint.or(() -> Names.indexComplaint(name.text()));
        complaint.map(spot::problem).ifPresent(draft::problem);
        return complaint.isEmpty();
    }

    static boolean isRewritten(YamlValue.Text text) {
        return text.plain() && REWRITTEN.matcher(text.text()).matches();
    }

    private void entryPoint(YamlValue.Text text, Spot spot) {
        ObjectName owner = spot.owner();
        boolean datagrams = owner != null && owner.protocol() == ObjectName.Protocol.UDP;
        entryPoints.complaint(text.text(), datagrams).map(spot::problem).ifPresent(draft::problem);
        draft.put(spot, text.text());
    }

    private void refer(ValueType.Reference type, YamlValue.Text text, Spot spot) {
        draft.put(spot, text.text());
        if (Names.isInternal(type, text.text())) {
            return;
        }
        Optional<String> name = Names.local(text.text());
        ObjectName owner = spot.owner();
        if (name.isEmpty()) {
            draft.problem(spot.problem(Names.referenceComplaint(type, text.text())));
        } else if (owner != null) {
            draft.link(owner, ObjectName.of(type, name.get()), spot);
        }
    }

    private void pem(ValueType.Pem type, YamlValue.Text text, Spot spot) {
        draft.mark(spot);
        try {
            String content = Pem.isPem(text.text()) ? text.text() : read(text);
            draft.put(
                    spot, type.privateKey() ? Pem.privateKey(content) : Pem.certificates(content));
        } catch (PemException e) {
            draft.problem(spot.problem(e.reason()));
        } catch (IOException | InvalidPathException e) {
            // Not the text: it may be a key without its first line.
            draft.problem(
                    spot.problem(
                            "is neither PEM nor a file that can be read (paths are relative to the"
                                    + " file that names them)"));
        }
    }

    /** Paths are relative to the file that names them. */
    private static String read(YamlValue.Text text) throws IOException {
        Path file = text.place().file().resolveSibling(text.text());
        if (!Files.isRegularFile(file)) {
            throw new IOException("no file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_PEM_BYTES + 1), StandardCharsets.ISO_8859_1);
        }
    }
}
