package dev.forwardguard.testing.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The directory that a guard follows. Each file is replaced atomically, as in a mounted volume. */
public final class GuardFiles {
    private final Path directory;

    private GuardFiles(Path directory) {
        this.directory = directory;
    }

    /** Creates a directory with this {@code guard.yml} in it. */
    public static GuardFiles with(String settings) {
        try {
            Path directory = Files.createTempDirectory("guard");
            directory.toFile().deleteOnExit();
            return new GuardFiles(directory).settings(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces {@code guard.yml}. */
    public GuardFiles settings(String text) {
        return replace(settings(), text);
    }

    /** Replaces or creates the htpasswd file. */
    public GuardFiles htpasswd(String text) {
        return replace(htpasswd(), text);
    }

    /** Removes the htpasswd file, if there is one. */
    public void deleteHtpasswd() {
        delete(htpasswd());
    }

    /** The path of {@code guard.yml}. */
    public Path settings() {
        return directory.resolve("guard.yml");
    }

    Path htpasswd() {
        return directory.resolve("htpasswd");
    }

    void delete() {
        delete(settings());
        delete(htpasswd());
        delete(directory);
    }

    private GuardFiles replace(Path file, String text) {
        try {
            Path fresh = directory.resolve("fresh");
            Files.writeString(fresh, text, UTF_8);
            Files.move(fresh, file, ATOMIC_MOVE);
            file.toFile().deleteOnExit();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
