package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The files that the kubelet mounts into a pod: {@code token}, {@code ca.crt} and {@code
 * namespace}. They are links into a directory behind a link, so that all change at once.
 */
public final class ServiceAccountMount {
    private final Path directory;
    private int generation;

    /** Creates links in an existing directory; {@link #swap} makes them point to something. */
    public ServiceAccountMount(Path directory) {
        this.directory = directory;
        for (String file : List.of("token", "ca.crt", "namespace")) {
            try {
                Files.createSymbolicLink(directory.resolve(file), Path.of("..data", file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public Path directory() {
        return directory;
    }

    /** Replaces all three files. */
    public void swap(String token, Path ca, String namespace) {
        try {
            Path next = Files.createDirectory(directory.resolve("..generation" + generation++));
            Files.writeString(next.resolve("token"), token);
            Files.copy(ca, next.resolve("ca.crt"));
            Files.writeString(next.resolve("namespace"), namespace);
            Path link = directory.resolve("..data_tmp");
            Files.createSymbolicLink(link, next.getFileName());
            Files.move(link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
