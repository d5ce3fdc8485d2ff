package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.htpasswd.InvalidHtpasswdException;
import dev.forwardguard.live.InvalidContentException;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.testing.HostileFiles;
import dev.forwardguard.testing.ImageJvm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An htpasswd file that is written to end the guard. */
class HostileHtpasswdTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final String SHA = ":{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\n";
    private static final String BCRYPT =
            ":$2y$10$abcdefghijklmnopqrstuuhKF09ZYWwH2zP/0fwE1X8e/Q1YNx/hO\n";

    /** As large as a file may be, of parts as small as they may be. */
    enum Content {
        WORDS("a\n", "line 10001: more than 10000 entries"),
        COLONS("a:\n", "line 10001: more than 10000 entries"),
        DUPLICATES("a:{SHA}x\n", "line 10001: more than 10000 entries"),
        LINE_FEEDS("\n", "accepted"),
        COMMENTS("#\n", "accepted"),
        INDENTED_COMMENTS("\t#\r\n", "accepted"),
        ONE_LINE("a", "no usable entry; line 1: longer than 4 KiB"),
        LONG_NAMES("a".repeat(4_000) + ":b\n", "no usable entry; line 1: user name longer than"),
        NULS("\0", "no usable entry; line 1: longer than 4 KiB"),
        OTHER_USERS(users("other", BCRYPT), MEBIBYTE, "accepted"),
        USERS(users("user", BCRYPT), MEBIBYTE, "accepted"),
        USER_AND_BAD_LINES("a" + SHA + "b\n".repeat(9_999), MEBIBYTE, "accepted"),
        TOO_LARGE("#".repeat(MEBIBYTE) + "#", 0, "is larger than 1048576 bytes");

        private final String text;
        private final String becomes;

        Content(String part, String becomes) {
            this(part.repeat(MEBIBYTE / part.length()), MEBIBYTE, becomes);
        }

        Content(String text, int most, String becomes) {
            assertThat(most == 0 || text.length() <= most).isTrue();
            this.text = text;
            this.becomes = becomes;
        }

        private static String users(String name, String hash) {
            return IntStream.range(0, 10_000)
                    .mapToObj(i -> name + i + hash)
                    .collect(Collectors.joining());
        }
    }

    @TempDir private Path directory;

    private static Htpasswd parse(byte[] content) {
        try {
            return Htpasswd.parse(content, HashLimits.DEFAULT);
        } catch (InvalidHtpasswdException e) {
            throw new InvalidContentException(String.valueOf(e.getMessage()));
        }
    }

    public static void main(String[] arguments) throws IOException {
        var live = new LiveValue<>("htpasswd", HostileHtpasswdTest::parse, Clock.systemUTC());
        HostileFiles.offerAll(Path.of(arguments[0]), live, "alice" + SHA, 18);
    }

    @Test
    void heapOfTheImageReadsEveryHostileFile() throws Exception {
        Path contents = Files.createDirectory(directory.resolve("contents"));
        for (Content content : Content.values()) {
            Files.writeString(contents.resolve(content.name()), content.text);
        }

        ImageJvm.Ended ended =
                ImageJvm.run("36m", directory, HostileHtpasswdTest.class, contents.toString());

        for (Content content : Content.values()) {
            assertThat(ended.output())
                    .containsPattern(content + ": .*\\Q" + content.becomes + "\\E");
        }
        assertThat(ended.output()).contains("good: true");
        assertThat(ended.status()).isZero();
    }
}
