package dev.forwardguard.live;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Whether a source has ever said what the content is. */
class FirstReadingTest {
    private static final Duration GRACE = Duration.ofSeconds(30);

    @TempDir private Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final LiveValue<String> value =
            new LiveValue<>("text", FirstReadingTest::parse, Clock.systemUTC());
    private Path path;
    private FollowedFile file;

    private static String parse(byte[] content) {
        String text = new String(content, UTF_8);
        if (text.contains("bad")) {
            throw new InvalidContentException("line 1: bad");
        }
        return text;
    }

    @BeforeEach
    void create() {
        path = directory.resolve("file");
        file = new FollowedFile(path, value, () -> GRACE, nanos::get);
    }

    @AfterEach
    void close() {
        file.close();
    }

    @Test
    void nothingWasReadAtTheStart() {
        assertThat(value.wasRead()).isFalse();

        value.startWith("a default", "defaults");
        value.confirm();

        assertThat(value.wasRead()).isFalse();
    }

    @Test
    void validFileIsReading() throws IOException {
        Files.writeString(path, "");
        file.poll();

        assertThat(value.wasRead()).isTrue();
    }

    @Test
    void absentFileIsReading() {
        file.poll();

        assertThat(value.wasRead()).isTrue();
    }

    @Test
    void rejectedFileIsNone() throws IOException {
        Files.writeString(path, "bad");
        file.poll();
        assertThat(value.wasRead()).isFalse();

        Files.writeString(path, "repaired");
        file.poll();
        assertThat(value.wasRead()).isTrue();
    }

    @Test
    void fileThatCannotBeReadIsNone() throws IOException {
        Files.createDirectory(path);
        file.poll();

        assertThat(value.wasRead()).isFalse();
    }

    @Test
    void valueIsThereWhenSubscribersHearOfIt() {
        value.subscribe(now -> assertThat(value.wasRead()).isTrue());
        value.offer("1", "one".getBytes(UTF_8));

        assertThat(value.get()).contains("one");
    }

    @Test
    void withdrawalChangesNothing() {
        value.offer("1", "one".getBytes(UTF_8));
        value.absent();
        assertThat(value.get()).as("until it is withdrawn").contains("one");
        value.withdraw();

        assertThat(value.wasRead()).isTrue();
    }

    @Test
    void withdrawalAloneIsNone() {
        value.withdraw();

        assertThat(value.wasRead()).isFalse();
    }
}
