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
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

class FollowedFileTest {
    private static final Duration GRACE = Duration.ofSeconds(30);

    @TempDir private Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final LiveValue<String> value =
            new LiveValue<>("text", FollowedFileTest::parse, Clock.systemUTC());
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
    void follow() {
        path = directory.resolve("file");
        file = new FollowedFile(path, value, () -> GRACE, nanos::get);
    }

    @AfterEach
    void close() {
        file.close();
    }

    private void poll(Duration later) {
        nanos.addAndGet(later.toNanos());
        file.poll();
    }

    private void replace(String content) throws IOException {
        Path next = directory.resolve("next");
        Files.writeString(next, content);
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void waitsForMissingFile() throws IOException {
        poll(Duration.ZERO);
        assertThat(value.get()).isEmpty();

        replace("one");
        poll(Duration.ofHours(1));

        assertThat(value.get()).contains("one");
    }

    @Test
    void readsRenamedAndOverwrittenFile() throws IOException {
        replace("one");
        poll(Duration.ZERO);
        replace("two");
        poll(Duration.ZERO);
        assertThat(value.get()).contains("two");

        Files.writeString(path, "three");
        poll(Duration.ZERO);

        assertThat(value.get()).contains("three");
    }

    @Test
    void followsSymlinkSwapOfConfigMap() throws IOException {
        Files.createDirectory(directory.resolve("..1"));
        Files.createDirectory(directory.resolve("..2"));
        Files.writeString(directory.resolve("..1/guard.yml"), "one");
        Files.writeString(directory.resolve("..2/guard.yml"), "two");
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
        Path mounted = directory.resolve("guard.yml");
        Files.createSymbolicLink(mounted, Path.of("..data/guard.yml"));
        try (var followed = new FollowedFile(mounted, value, () -> GRACE, nanos::get)) {
            followed.poll();
            assertThat(value.get()).contains("one");

            Files.createSymbolicLink(directory.resolve("..tmp"), Path.of("..2"));
            Files.move(
                    directory.resolve("..tmp"),
                    directory.resolve("..data"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            followed.poll();

            assertThat(value.get()).contains("two");
        }
    }

    @Test
    void keepsLastGoodContent() throws IOException {
        replace("one");
        poll(Duration.ZERO);

        replace("bad");
        poll(Duration.ZERO);
        poll(Duration.ofDays(1));

        assertThat(value.get()).contains("one");
        assertThat(value.rejections()).isEqualTo(1);
    }

    @Test
    void withdrawsValueAfterGrace() throws IOException {
        replace("one");
        poll(Duration.ZERO);
        Files.delete(path);

        poll(Duration.ofSeconds(5));
        poll(GRACE.minusNanos(1));
        assertThat(value.get()).contains("one");

        poll(Duration.ofNanos(1));
        assertThat(value.get()).isEmpty();
    }

    @Test
    void keepsValueWhenFileReturnsWithinGrace() throws IOException {
        replace("one");
        poll(Duration.ZERO);
        Files.delete(path);
        poll(GRACE.dividedBy(2));
        replace("one");
        poll(GRACE.dividedBy(2));
        Files.delete(path);

        poll(GRACE.dividedBy(2));

        assertThat(value.get()).contains("one");
    }

    @Test
    void readsSameContentAfterWithdrawal() throws IOException {
        replace("one");
        poll(Duration.ZERO);
        Files.delete(path);
        poll(Duration.ZERO);
        poll(GRACE);
        assertThat(value.get()).isEmpty();

        replace("one");
        poll(Duration.ZERO);

        assertThat(value.get()).contains("one");
    }

    @Test
    void unreadableFileIsNotMissing() throws IOException {
        replace("one");
        poll(Duration.ZERO);
        Files.delete(path);
        Files.createDirectory(path);

        poll(Duration.ZERO);
        poll(GRACE.multipliedBy(10));

        assertThat(value.get()).contains("one");
    }

    @Test
    void acceptsFileAtLimitAndRejectsLarger() throws IOException {
        replace("x".repeat(FollowedFile.MAX_BYTES));
        poll(Duration.ZERO);
        assertThat(value.get()).hasValueSatisfying(text -> assertThat(text).hasSize(1 << 20));

        replace("y".repeat(FollowedFile.MAX_BYTES + 1));
        poll(Duration.ZERO);

        assertThat(value.get()).hasValueSatisfying(text -> assertThat(text).startsWith("x"));
        assertThat(value.rejection()).hasValueSatisfying(why -> assertThat(why).contains("larger"));
    }

    @Test
    void pollsByItself() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        value.subscribe(received::add);
        file.follow();

        replace("one");

        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
    }
}
