package dev.forwardguard.testing.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import dev.forwardguard.testing.ConfigMapVolume;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

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

    /** Where the override is mounted. It does not exist before that. */
    public Path overrideDirectory() {
        return directory.resolve("override");
    }

    /** The path of the override. */
    public Path override() {
        return overrideDirectory().resolve("guard.yml");
    }

    /** Mounts the ConfigMap of the override, which is absent until it is written. */
    public ConfigMapVolume mountOverride() {
        try {
            return ConfigMapVolume.mountedAt(overrideDirectory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path htpasswd() {
        return directory.resolve("htpasswd");
    }

    void delete() {
        if (Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(GuardFiles::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
