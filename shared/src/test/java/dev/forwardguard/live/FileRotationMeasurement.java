package dev.forwardguard.live;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.time.Ticker;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Measures the time from a change of a followed file until its new value is in force. This is a
 * program, not a test: it asserts nothing about time, and runs only when named explicitly. Without
 * inotify (sysctl {@code fs.inotify.max_user_instances=0}) it measures the polls alone.
 *
 * <p>{@code mvn -pl shared test -Dtest=FileRotationMeasurement}
 */
class FileRotationMeasurement {
    private static final int ROTATIONS = 100;
    private static final Duration GRACE = Duration.ofSeconds(30);

    @TempDir private Path directory;

    /** Both ways in which a file is replaced as a whole. */
    enum Way {
        /** As the kubelet does: a link two levels up leads to another directory. */
        CONFIG_MAP {
            @Override
            void change(Path directory, String content) throws IOException {
                Path version = Files.createTempDirectory(directory, "..version");
                Files.writeString(version.resolve("file"), content);
                Path link = directory.resolve("..data_tmp");
                Files.createSymbolicLink(link, version.getFileName());
                move(link, directory.resolve("..data"));
            }

            @Override
            void prepare(Path directory) throws IOException {
                Files.createSymbolicLink(directory.resolve("file"), Path.of("..data/file"));
            }
        },
        RENAME {
            @Override
            void change(Path directory, String content) throws IOException {
                Path next = directory.resolve("next");
                Files.writeString(next, content);
                move(next, directory.resolve("file"));
            }

            @Override
            void prepare(Path directory) {}
        };

        abstract void prepare(Path directory) throws IOException;

        abstract void change(Path directory, String content) throws IOException;

        private static void move(Path from, Path to) throws IOException {
            Files.move(
                    from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @ParameterizedTest
    @EnumSource
    void printsMedianAndLongest(Way way) throws Exception {
        way.change(directory, "0");
        way.prepare(directory);
        var value =
                new LiveValue<>("text", content -> new String(content, UTF_8), Clock.systemUTC());
        BlockingQueue<String> inForce = new LinkedBlockingQueue<>();
        value.subscribe(inForce::add);
        long[] nanos = new long[ROTATIONS];
        try (var file =
                new FollowedFile(directory.resolve("file"), value, () -> GRACE, Ticker.system())) {
            file.follow();
            assertThat(inForce.poll(10, TimeUnit.SECONDS)).isEqualTo("0");
            for (int i = 0; i < ROTATIONS; i++) {
                // at any moment between two polls
                Thread.sleep(ThreadLocalRandom.current().nextInt(100, 1_100));
                long change = System.nanoTime();
                String next = "" + (i + 1);
                way.change(directory, next);
                assertThat(inForce.poll(10, TimeUnit.SECONDS)).isEqualTo(next);
                nanos[i] = System.nanoTime() - change;
            }
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%s, %d times: median %.0f ms, longest %.0f ms%n",
                way, ROTATIONS, nanos[ROTATIONS / 2] / 1e6, nanos[ROTATIONS - 1] / 1e6);
    }
}
