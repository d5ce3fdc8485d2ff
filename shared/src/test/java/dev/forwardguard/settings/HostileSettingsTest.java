package dev.forwardguard.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.live.LiveValue;
import dev.forwardguard.testing.HostileFiles;
import dev.forwardguard.testing.ImageJvm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** A {@code guard.yml} that is written to end the guard. */
class HostileSettingsTest {
    private static final int MEBIBYTE = 1 << 20;

    /** As large as a file may be, of parts as small as they may be. */
    enum Content {
        SEQUENCES("[", MEBIBYTE, "line 1: larger than 262144 bytes"),
        NESTED_LISTS("[", 200_000, "line 1: not YAML: Nesting Depth exceeded max 50"),
        NESTED_MAPPINGS("{a: ", 200_000, "line 1: not YAML: Nesting Depth exceeded max 50"),
        NESTED_BLOCKS("- ", 200_000, "line 1: not YAML: Nesting Depth exceeded max 50"),
        COMPLEX_KEYS("? ", 200_000, "line 1: not YAML: Nesting Depth exceeded max 50"),
        EMPTY_ITEMS("- \n", 200_000, "line 9999: too many keys and values"),
        ITEMS("- a\n", 200_000, "line 5000: too many keys and values"),
        ITEMS_OF_ONE_LINE("drop-request-headers: [", "a,", 200_000, "line 1: too many keys"),
        SAME_KEYS("a: 1\n", 200_000, "line 2500: too many keys and values"),
        ANCHORS("a: &b c\n", 200_000, "line 2000: too many keys and values"),
        ALIASES("a: &a b\n", "b: *a\n", 200_000, "line 2500: too many keys and values"),
        TAGS("a: !t b\n", 200_000, "line 2000: too many keys and values"),
        LISTS_AS_KEYS("? [a, b]\n: c\n", 200_000, "line 2500: too many keys and values"),
        COMMAS(",", 200_000, "line 1: not YAML: expected the node content"),
        DOCUMENTS("---\n", 200_000, "line 2: not YAML: but found another document"),
        WORDS("a\n", 200_000, "line 1: the document must be a mapping"),
        LINE_FEEDS("\n", 200_000, "accepted"),
        COMMENTS("#\n", 200_000, "accepted"),
        VALUE("mode: ", "a", 200_000, "line 1: mode is longer than 4096 characters"),
        WIDE_VALUE("mode: ", "中", 200_000, "line 1: mode is longer than 4096 characters"),
        LITERAL("mode: |\n", " a\n", 200_000, "line 1: mode is longer than 4096 characters"),
        KEY("? ", "a", 200_000, "line 1: unknown key aaa"),
        BASE_60("mode: 1", ":1", 1_000, "line 1: mode must be one of auto, fallback, upstream"),
        MANY_TAG_HANDLES(handles(), "line 10000: too many keys and values"),
        DISTINCT_KEYS(distinctKeys(), "line 2500: too many keys and values"),
        ALIAS_BOMB(bomb(), "line 1: not YAML: Number of aliases for non-scalar nodes");

        private final String text;
        private final String becomes;

        Content(String part, int bytes, String becomes) {
            this("", part, bytes, becomes);
        }

        Content(String beginning, String part, int bytes, String becomes) {
            this(beginning + part.repeat(bytes / part.getBytes(UTF_8).length), becomes);
        }

        Content(String text, String becomes) {
            this.text = text;
            this.becomes = becomes;
        }

        private static String handles() {
            var text = new StringBuilder();
            for (int i = 0; text.length() < 262_000; i++) {
                text.append("%TAG !").append(Integer.toString(i, 36)).append("! b\n");
            }
            return text.toString();
        }

        private static String distinctKeys() {
            var text = new StringBuilder();
            for (int i = 10_000; text.length() < 262_000; i++) {
                text.append('"').append(i).append("\": 1\n");
            }
            return text.toString();
        }

        private static String bomb() {
            var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x]\n");
            for (int i = 1; i < 12; i++) {
                String alias = "*a" + (i - 1);
                text.append("a%d: &a%d [%s%s]\n".formatted(i, i, (alias + ", ").repeat(7), alias));
            }
            return text.toString();
        }
    }

    @TempDir private Path directory;

    private static GuardSettings parse(byte[] document) {
        YamlSection root = YamlSection.parse(document);
        GuardSettings settings =
                GuardSettings.take(root, Optional.empty(), GuardSettingsTest.DEFAULTS);
        root.rejectOtherKeys();
        return settings;
    }

    private static GuardSettings parse(String document) {
        return parse(document.getBytes(UTF_8));
    }

    /** In the place of bot-block-guard, which has the smaller heap. */
    public static void main(String[] arguments) throws IOException {
        var live = new LiveValue<>("settings", HostileSettingsTest::parse, Clock.systemUTC());
        HostileFiles.offerAll(Path.of(arguments[0]), live, "mode: fallback\n", 10);
    }

    @Test
    void heapOfTheImageReadsEveryHostileFile() throws Exception {
        Path contents = Files.createDirectory(directory.resolve("contents"));
        for (Content content : Content.values()) {
            Files.writeString(contents.resolve(content.name()), content.text);
        }

        ImageJvm.Ended ended =
                ImageJvm.run("24m", directory, HostileSettingsTest.class, contents.toString());

        for (Content content : Content.values()) {
            assertThat(ended.output()).contains(content + ": " + content.becomes);
        }
        assertThat(ended.output()).contains("good: true");
        assertThat(ended.status()).isZero();
        assertThat(ended.output().lines()).allMatch(line -> line.length() < 1_000);
    }

    /** On a stack as small as the image's. */
    @ParameterizedTest
    @EnumSource
    void namesTheLine(Content content) throws InterruptedException {
        var result = new StringBuilder();
        Thread reader =
                new Thread(
                        null,
                        () -> {
                            try {
                                parse(content.text);
                                result.append("accepted");
                            } catch (InvalidSettingsException e) {
                                result.append(e.getMessage());
                            }
                        },
                        "reader",
                        256 << 10);
        reader.start();
        reader.join();

        assertThat(result.toString()).startsWith(content.becomes).hasSizeLessThan(900);
    }

    @Test
    void acceptsListUpToItsLimit() {
        String most = "drop-request-headers:\n" + "- a\n".repeat(1_000);

        assertThat(parse(most).dropRequestHeaders().contains("a")).isTrue();
        assertThatThrownBy(() -> parse(most + "- a\n"))
                .hasMessage("line 1002: drop-request-headers must have at most 1000 values");
    }

    @Test
    void acceptsDocumentUpToItsLimit() {
        String most = "mode: fallback\n" + "#".repeat((256 << 10) - 15);

        assertThat(parse(most).mode()).isEqualTo(Mode.FALLBACK);
        assertThatThrownBy(() -> parse(most + "#")).hasMessage("line 1: larger than 262144 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "probe-path, line 1: upstream.probe-path is longer than 4096 characters",
        "suspect-statuses, line 1: upstream.suspect-statuses must be a list"
    })
    void doesNotQuoteLongValue(String key, String message) {
        assertThatThrownBy(() -> parse("upstream: {%s: %s}".formatted(key, "/".repeat(4_097))))
                .hasMessage(message);
    }

    @Test
    void quotesOnlyBeginningOfValueAndNoControlCharacters() {
        assertThatThrownBy(() -> parse("mode: \"a\\nb" + "c".repeat(4_000) + "\""))
                .message()
                .startsWith("line 1: mode must be one of auto, fallback, upstream: a?bccc")
                .hasSizeLessThan(300);
    }
}
