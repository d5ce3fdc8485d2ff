package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.ImageJvm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A guard that cannot start ends with status 1 and one line that says why. */
class FailedStartTest {
    @TempDir private Path directory;

    private static void assertOneLine(ImageJvm.Ended ended, String why) {
        assertThat(ended.output()).contains("Cannot start: ").contains(why).doesNotContain("\tat ");
        assertThat(ended.status()).isEqualTo(1);
    }

    private ImageJvm.Ended start(String... arguments) throws Exception {
        return ImageJvm.run("36m", directory, Application.class, arguments);
    }

    /** As after an update that was copied only in part. */
    @Test
    void missingLibraryEndsTheProcess() throws Exception {
        String incomplete =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .filter(path -> !path.contains("/micronaut-context-"))
                        .collect(Collectors.joining(File.pathSeparator));

        ImageJvm.Ended ended =
                ImageJvm.run("36m", directory, incomplete, Application.class.getName());

        assertOneLine(ended, "java.lang.ClassNotFoundException: io.micronaut.");
    }

    @Test
    void settingsThatAreNoRegularFileEndTheProcess() throws Exception {
        Path fifo = directory.resolve("guard.yml");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();

        ImageJvm.Ended ended = start("-guard.settings.file=" + fifo);

        assertOneLine(ended, fifo + ": not a regular file");
    }

    @Test
    void settingsOfTooManyPartsEndTheProcess() throws Exception {
        Path file = Files.writeString(directory.resolve("guard.yml"), "a: 1\n".repeat(50_000));

        ImageJvm.Ended ended = start("-guard.settings.file=" + file);

        assertOneLine(ended, file + ": line 2500: too many keys and values");
    }
}
