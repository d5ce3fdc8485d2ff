package dev.forwardguard.testing.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The directory that a guard follows; each file is replaced in one go, as a mount would. */
public final class GuardFiles {
    private final Path directory;

    private GuardFiles(Path directory) {
        this.directory = directory;
    }

    /** A new directory with this {@code guard.yml} in it. */
    public static GuardFiles with(String settings) {
        try {
            return new GuardFiles(Files.createTempDirectory("guard")).settings(settings);
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

    /** Where {@code guard.yml} is. */
    public Path settings() {
        return directory.resolve("guard.yml");
    }

    private Path htpasswd() {
        return directory.resolve("htpasswd");
    }

    Map<String, Object> properties() {
        return Map.of(
                "guard.settings.file", settings().toString(),
                "guard.htpasswd.file", htpasswd().toString());
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
