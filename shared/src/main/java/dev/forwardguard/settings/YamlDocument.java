package dev.forwardguard.settings;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;
import org.yaml.snakeyaml.scanner.Scanner;
import org.yaml.snakeyaml.scanner.ScannerImpl;
import org.yaml.snakeyaml.tokens.Token;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One YAML document, counted while it is read. SnakeYAML limits the length, the depth and the
 * aliases of a document, but not its parts, and a part of two bytes costs more than a hundred on
 * the heap.
 */
public final class YamlDocument {
    /**
     * The most bytes of settings, which usually have a few thousand. SnakeYAML copies what it has
     * read of a value again and again: 5 s of CPU time for one of 1 MiB.
     */
    static final int MAX_BYTES = 256 << 10;

    /** The most bytes of other documents, which may hold many certificates. */
    private static final int MAX_OTHER_BYTES = 1 << 20;

    /**
     * The most tokens (YAML 1.1 §4: a key, a value, and each sign between them). A list item takes
     * two, a key with its value four. So many take up to 4 MiB of the heap while they are read.
     */
    static final int MAX_TOKENS = 10_000;

    /** The most tokens of other documents: some 300 contexts of a kubeconfig. */
    private static final int MAX_OTHER_TOKENS = 20_000;

    private static final int MAX_DEPTH = 50;

    /** The problems that go on with a part of the document of more than one character. */
    private static final Pattern QUOTING =
            Pattern.compile(
                    "(found undefined alias"
                            + "|found undefined tag handle"
                            + "|duplicate tag handle"
                            + "|Global tag is not allowed"
                            + "|found a number which cannot represent a valid version"
                            + "|expected escape sequence of \\d hexadecimal numbers)\\b.*",
                    Pattern.DOTALL);

    private YamlDocument() {}

    /**
     * The root of a document with settings, or null if it is empty.
     *
     * @throws InvalidSettingsException with the line, if this is not one YAML document, or if it
     *     exceeds a limit
     */
    static @Nullable Node root(byte[] content) {
        return read(
                content,
                MAX_BYTES,
                MAX_TOKENS,
                parser -> new Composer(parser, new NullResolver(), options()).getSingleNode());
    }

    /**
     * Checks content that another YAML reader will read, which does not count.
     *
     * @throws InvalidSettingsException with the line, if this is not YAML, or if it exceeds a limit
     */
    public static void check(byte[] content) {
        read(
                content,
                MAX_OTHER_BYTES,
                MAX_OTHER_TOKENS,
                parser -> {
                    Event event = parser.getEvent();
                    while (!event.is(Event.ID.StreamEnd)) {
                        event = parser.getEvent();
                    }
                    return event;
                });
    }

    private static <T> @Nullable T read(
            byte[] content, int maxBytes, int maxTokens, Function<Parser, @Nullable T> reading) {
        if (content.length > maxBytes) {
            throw new InvalidSettingsException(1, "larger than " + maxBytes + " bytes");
        }
        var text = new StreamReader(new String(content, StandardCharsets.UTF_8));
        var scanner = new CountingScanner(new ScannerImpl(text, options()), maxTokens);
        try {
            return reading.apply(new ParserImpl(scanner));
        } catch (MarkedYAMLException e) {
            throw new InvalidSettingsException(
                    line(e.getProblemMark()), "not YAML: " + withoutQuotation(e.getProblem()));
        } catch (YAMLException e) {
            throw new InvalidSettingsException(1, "not YAML: " + YamlSection.brief(e.getMessage()));
        }
    }

    /** SnakeYAML quotes what stands there, which may be about a person. */
    private static String withoutQuotation(@Nullable String problem) {
        return YamlSection.brief(QUOTING.matcher(String.valueOf(problem)).replaceFirst("$1"));
    }

    private static LoaderOptions options() {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setCodePointLimit(MAX_OTHER_BYTES);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(MAX_DEPTH);
        return options;
    }

    /** The line of a mark, counted from 1. */
    static int line(@Nullable Mark mark) {
        return mark == null ? 1 : mark.getLine() + 1;
    }

    /**
     * Tells a value that is empty or {@code null} from text, and nothing more: a setting says how
     * its text is read. SnakeYAML's patterns for numbers overflow a stack of 256 KiB for {@code
     * 1:1:1:1} of 500 parts.
     */
    private static final class NullResolver extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.NULL, NULL, "~nN\0", 10);
            addImplicitResolver(Tag.NULL, EMPTY, null, 10);
        }
    }

    /** Ends the reading at the token that is one too many. */
    private static final class CountingScanner implements Scanner {
        private final Scanner scanner;
        private final int maxTokens;
        private int tokens;

        CountingScanner(Scanner scanner, int maxTokens) {
            this.scanner = scanner;
            this.maxTokens = maxTokens;
        }

        @Override
        public Token getToken() {
            Token token = scanner.getToken();
            if (++tokens > maxTokens) {
                throw new InvalidSettingsException(
                        line(token.getStartMark()),
                        "too many keys and values: more than " + maxTokens + " YAML tokens");
            }
            return token;
        }

        @Override
        public boolean checkToken(Token.ID... choices) {
            return scanner.checkToken(choices);
        }

        @Override
        public boolean checkToken(Token.ID choice) {
            return scanner.checkToken(choice);
        }

        @Override
        public Token peekToken() {
            return scanner.peekToken();
        }

        @Override
        public void resetDocumentIndex() {
            scanner.resetDocumentIndex();
        }
    }
}
