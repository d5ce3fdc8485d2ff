package dev.forwardguard.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.forwardguard.testing.ConfigMapVolume;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
        if (text.contains("fault")) {
            throw new IllegalStateException(text);
        }
        return text;
    }

    /** Notes what it hears. */
    private record Notes(List<String> heard) implements ContentSink {
        @Override
        public void offer(String revision, byte[] content) {
            heard.add("offered " + new String(content, UTF_8));
        }

        @Override
        public void reject(String revision, String cause) {
            heard.add("rejected");
        }

        @Override
        public void unreadable(String cause) {
            heard.add("unreadable");
        }

        @Override
        public void confirm() {
            heard.add("confirmed");
        }

        @Override
        public void absent() {
            heard.add("absent");
        }

        @Override
        public void withdraw() {
            heard.add("withdrawn");
        }
    }

    /** Read again at once, also if it is the same as before. */
    @Test
    void tellsOfWhatCannotBeRead() throws IOException {
        var notes = new Notes(new ArrayList<>());
        var followed = new FollowedFile(path, notes, () -> GRACE, nanos::get);
        Path kept = directory.resolve("kept");
        Files.writeString(path, "x");
        followed.poll();
        Files.move(path, kept);
        Files.createDirectory(path);

        followed.poll();
        Files.delete(path);
        Files.move(kept, path);
        followed.poll();

        assertThat(notes.heard())
                .containsExactly("offered x", "confirmed", "unreadable", "offered x", "confirmed");
        followed.close();
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
        swap("one");
        Path mounted = directory.resolve("guard.yml");
        Files.createSymbolicLink(mounted, Path.of("..data/guard.yml"));
        try (var followed = new FollowedFile(mounted, value, () -> GRACE, nanos::get)) {
            followed.poll();
            assertThat(value.get()).contains("one");

            swap("two");
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

    /** A file that came once is no more trouble than one that never did. */
    @Test
    void isAbsentAfterGrace() throws IOException {
        replace("one");
        poll(Duration.ZERO);
        Files.delete(path);

        poll(Duration.ZERO);
        assertThat(file.state()).containsEntry("contact", "is gone");

        poll(GRACE);
        assertThat(file.state()).containsEntry("contact", "absent");
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

    /** The ways to put something else in the place of a file. */
    enum Special {
        FIFO {
            @Override
            void put(Path path) throws Exception {
                var made = new ProcessBuilder("mkfifo", path.toString()).start();
                assertThat(made.waitFor()).isZero();
            }
        },
        SOCKET {
            @Override
            void put(Path path) throws Exception {
                try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    socket.bind(UnixDomainSocketAddress.of(path));
                }
            }
        },
        DIRECTORY {
            @Override
            void put(Path path) throws Exception {
                Files.createDirectory(path);
            }
        },
        ENDLESS_DEVICE {
            @Override
            void put(Path path) throws Exception {
                Files.createSymbolicLink(path, Path.of("/dev/zero"));
            }
        },
        EMPTY_DEVICE {
            @Override
            void put(Path path) throws Exception {
                Files.createSymbolicLink(path, Path.of("/dev/null"));
            }
        };

        abstract void put(Path path) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void neverOpensWhatIsNotRegularFile(Special special) throws Exception {
        replace("one");
        poll(Duration.ZERO);
        Files.delete(path);
        special.put(path);

        // the open of a FIFO without a writer does not return
        Thread poll = Thread.ofPlatform().daemon().start(() -> poll(Duration.ofHours(1)));
        poll.join(Duration.ofSeconds(10));

        assertThat(poll.isAlive()).isFalse();
        assertThat(value.get()).contains("one");
        assertThat(value.rejections()).isZero();
        assertThat(file.state()).containsEntry("contact", "cannot be read: not a regular file");

        Files.delete(path);
        replace("two");
        poll(Duration.ZERO);
        assertThat(value.get()).contains("two");
        assertThat(file.state()).containsEntry("contact", "followed");
    }

    @Test
    void graceBeginsAnewAfterSomethingElseWasInItsPlace() throws IOException {
        replace("one");
        poll(Duration.ZERO);
        Files.delete(path);
        poll(Duration.ZERO);
        Files.createDirectory(path);
        poll(GRACE);
        Files.delete(path);

        poll(Duration.ZERO);

        assertThat(value.get()).contains("one");
    }

    @ParameterizedTest
    @EnumSource
    void checkBeforeFollowingNeverOpensWhatIsNotRegularFile(Special special) throws Exception {
        special.put(path);
        var thrown = new LinkedBlockingQueue<Throwable>();

        Thread.ofPlatform()
                .daemon()
                .start(() -> thrown.add(catchThrowable(() -> RegularFile.content(path))));

        assertThat(thrown.poll(10, TimeUnit.SECONDS))
                .isInstanceOf(InvalidContentException.class)
                .hasMessage("not a regular file");
    }

    @Test
    void readsChangeOfSameSizeAndTime() throws IOException {
        replace("one");
        poll(Duration.ZERO);
        FileTime time = Files.getLastModifiedTime(path);

        Files.writeString(path, "two");
        Files.setLastModifiedTime(path, time);
        poll(Duration.ZERO);

        assertThat(value.get()).contains("two");
    }

    /** The second change to a mapped page changes no attribute of the file. */
    @Test
    void readsChangeThatNoAttributeShowsWithinTenSeconds() throws IOException {
        replace("one");
        try (var channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 3);
            mapped.put(0, "two".getBytes(UTF_8));
            poll(Duration.ZERO);
            assertThat(value.get()).contains("two");

            mapped.put(0, "six".getBytes(UTF_8));
            poll(Duration.ofSeconds(10));

            assertThat(value.get()).contains("six");
        }
    }

    @Test
    void faultOfParserIsRejection() throws IOException {
        replace("one");
        poll(Duration.ZERO);

        replace("fault");
        poll(Duration.ZERO);

        assertThat(value.get()).contains("one");
        assertThat(value.rejection()).contains("cannot be read: IllegalStateException");
        assertThat(file.state()).containsEntry("contact", "followed");
    }

    @Test
    void acceptsFileAtLimitAndRejectsLarger() throws IOException {
        replace("x".repeat(RegularFile.MAX_BYTES));
        poll(Duration.ZERO);
        assertThat(value.get()).hasValueSatisfying(text -> assertThat(text).hasSize(1 << 20));

        replace("y".repeat(RegularFile.MAX_BYTES + 1));
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

    /** The kubelet's way to change a mounted ConfigMap. */
    private void swap(String content) throws IOException {
        Path version = Files.createTempDirectory(directory, "..version");
        Files.writeString(version.resolve("guard.yml"), content);
        Path link = directory.resolve("..data_tmp");
        Files.createSymbolicLink(link, version.getFileName());
        Files.move(
                link,
                directory.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Polled so seldom that only what the system tells can change the value. */
    @Nested
    class Told {
        private final Queue<String> seen = new ConcurrentLinkedQueue<>();

        private FollowedFile followed(Path path) {
            value.subscribe(seen::add);
            Duration hour = Duration.ofHours(1);
            return new FollowedFile(path, value, () -> GRACE, nanos::get, hour, hour).follow();
        }

        private void awaits(String content) {
            Eventually.until(content, () -> value.get().equals(Optional.of(content)));
        }

        @Test
        void readsFileWhoseDirectoryFurtherUpIsAnother() throws IOException {
            Path mounted = directory.resolve("a/b/guard.yml");
            Files.createDirectories(mounted.getParent());
            Files.writeString(mounted, "one");
            try (var _ = followed(mounted)) {
                Path next = Files.createDirectories(directory.resolve("next/b"));
                Files.writeString(next.resolve("guard.yml"), "two");
                Files.move(directory.resolve("a"), directory.resolve("before"));
                Files.move(directory.resolve("next"), directory.resolve("a"));

                awaits("two");
            }
        }

        /** As where no override was ever mounted. */
        @Test
        void ofFileInDirectoryThatIsNotThere() throws IOException {
            Path absent = directory.resolve("a/b/guard.yml");
            try (var followed = followedWithoutGrace(absent)) {
                for (String content : List.of("one", "two", "three")) {
                    Files.createDirectories(absent.getParent());
                    Files.writeString(absent, content);
                    awaits(content);
                    Files.delete(absent);
                    Files.delete(absent.getParent());
                    Files.delete(directory.resolve("a"));
                    Eventually.until("the end of it", () -> value.get().isEmpty());
                }
                assertThat(followed.state()).containsEntry("contact", "absent");
            }
        }

        @Test
        void ofDirectoryThatIsMovedThere() throws IOException {
            Path absent = directory.resolve("a/b/guard.yml");
            try (var _ = followed(absent)) {
                Path next = Files.createDirectories(directory.resolve("next/b"));
                Files.writeString(next.resolve("guard.yml"), "one");
                Files.move(directory.resolve("next"), directory.resolve("a"));

                awaits("one");
            }
        }

        @Test
        void ofRenamedFile() throws IOException {
            try (var followed = followed(path)) {
                for (String content : List.of("one", "two", "three")) {
                    replace(content);
                    awaits(content);
                }
                Files.delete(path);
                Eventually.until(
                        "a warning", () -> "is gone".equals(followed.state().get("contact")));
            }
        }

        @Test
        void ofSwappedLink() throws IOException {
            swap("one");
            Path mounted = directory.resolve("guard.yml");
            Files.createSymbolicLink(mounted, Path.of("..data/guard.yml"));
            try (var followed = followed(mounted)) {
                for (String content : List.of("two", "three", "four")) {
                    swap(content);
                    awaits(content);
                }
                Files.writeString(directory.resolve("..data/guard.yml"), "in place");
                awaits("in place");
                assertThat(followed.state()).containsEntry("contact", "followed");
            }
        }

        @Test
        void ofOptionalConfigMap() throws IOException {
            Path mount = directory.resolve("mount");
            var volume = ConfigMapVolume.mountedAt(mount);
            try (var followed = followedWithoutGrace(mount.resolve("guard.yml"))) {
                assertThat(followed.state()).containsEntry("contact", "absent");
                for (String content : List.of("one", "two", "three")) {
                    volume.contains("guard.yml", content);
                    awaits(content);
                    volume.contains("guard.yml", content + " more");
                    awaits(content + " more");
                    volume.absent();
                    Eventually.until(
                            "the end of it",
                            () -> "absent".equals(followed.state().get("contact")));
                    assertThat(value.get()).isEmpty();
                }
            }
        }

        private FollowedFile followedWithoutGrace(Path path) {
            Duration hour = Duration.ofHours(1);
            return new FollowedFile(path, value, () -> Duration.ZERO, nanos::get, hour, hour)
                    .follow();
        }

        /** A link to a file in another directory, such as a mount of a single key. */
        @Test
        void ofTargetInAnotherDirectory(@TempDir Path other) throws IOException {
            Path target = Files.writeString(other.resolve("target"), "one");
            Files.createSymbolicLink(path, target);
            try (var followed = followed(path)) {
                awaits("one");
                Files.writeString(target, "two");
                awaits("two");
                assertThat(followed.state()).containsEntry("contact", "followed");
            }
        }

        /** An editor empties the file before it writes. */
        @Test
        void onlyWhenTheChangeIsOver() throws Exception {
            replace("one");
            try (var followed = followed(path)) {
                for (int i = 0; i < 10; i++) {
                    try (var out = Files.newOutputStream(path)) {
                        Thread.sleep(5);
                        out.write(("next " + i).getBytes(UTF_8));
                    }
                    awaits("next " + i);
                }
                assertThat(seen).doesNotContain("");
                assertThat(followed.state()).containsEntry("contact", "followed");
            }
        }

        /** A directory in which something happens all the time does not hide a change. */
        @Test
        void besideManyOtherChanges() throws Exception {
            replace("one");
            var noise = new AtomicBoolean(true);
            Thread other =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (noise.get()) {
                                            write(directory.resolve("other"));
                                        }
                                    });
            try (var followed = followed(path)) {
                replace("two");
                awaits("two");
                assertThat(followed.state()).containsEntry("contact", "followed");
            } finally {
                noise.set(false);
                other.join();
            }
        }

        private static void write(Path path) {
            try {
                Files.writeString(path, "noise");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Nobody is told of what is written to a mapped page. */
    @Test
    void findsByPollingWhatIsNotTold() throws IOException {
        replace("one");
        Duration interval = Duration.ofMillis(50);
        try (var _ =
                        new FollowedFile(path, value, () -> GRACE, nanos::get, interval, interval)
                                .follow();
                var file = FileChannel.open(path, READ, WRITE)) {
            file.map(FileChannel.MapMode.READ_WRITE, 0, 3).put("two".getBytes(UTF_8));

            Eventually.until("two", () -> value.get().equals(Optional.of("two")));
        }
    }

    @Test
    void knowsWhereTheSystemTells() throws IOException {
        Files.writeString(path, "one");
        try (var told = new PathWatch(path);
                var toCome = new PathWatch(directory.resolve("next"));
                var ofTheKernel = new PathWatch(Path.of("/proc/self/status"));
                var absent = new PathWatch(directory.resolve("absent/guard.yml"))) {
            assertThat(told.renew()).isTrue();
            assertThat(toCome.renew()).isTrue();
            assertThat(ofTheKernel.renew()).isFalse();
            assertThat(absent.renew()).isTrue();
        }
    }
}
