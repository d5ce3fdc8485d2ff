package dev.forwardguard.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/** A file that says how far ahead the monotonic clock of a guard process is. */
public record ClockFile(Path path) {
    /** The property of the guard that names the file. */
    public static final String PROPERTY = "test.clock-file";

    /** A new one, of a clock that is right. */
    public static ClockFile in(Path directory) {
        var file = new ClockFile(directory.resolve("clock"));
        file.write(Duration.ZERO);
        return file;
    }

    public Duration ahead() {
        try {
            return Duration.parse(Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets time pass at once. */
    public void advance(Duration by) {
        write(ahead().plus(by));
    }

    /** A guard that reads it at any moment finds a whole one. */
    private void write(Duration ahead) {
        Path next = path.resolveSibling(path.getFileName() + ".next");
        try {
            Files.writeString(next, ahead.toString());
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
