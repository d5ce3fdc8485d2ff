package dev.forwardguard.testing;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A mounted ConfigMap with {@code optional: true}, written step by step as the kubelet does
 * (AtomicWriter): each visible file is a link into {@code ..data}, which is a link to the directory
 * with the newest content. While the ConfigMap is absent, that directory is empty.
 */
public final class ConfigMapVolume {
    private static final String DATA = "..data";

    private final Path directory;
    private int writes;

    private ConfigMapVolume(Path directory) {
        this.directory = directory;
    }

    /** Mounts a ConfigMap that is absent. */
    public static ConfigMapVolume mountedAt(Path directory) throws IOException {
        var volume = new ConfigMapVolume(Files.createDirectories(directory));
        volume.absent();
        return volume;
    }

    /** Writes a ConfigMap with this one key. */
    public void contains(String key, String text) throws IOException {
        write(Map.of(key, text));
    }

    /** The ConfigMap was deleted. */
    public void absent() throws IOException {
        write(Map.of());
    }

    private void write(Map<String, String> content) throws IOException {
        Path data = directory.resolve(DATA);
        Path former = Files.isSymbolicLink(data) ? data.toRealPath() : data;
        writes++;
        Path next = Files.createDirectory(directory.resolve("..version_" + writes));
        for (Map.Entry<String, String> entry : content.entrySet()) {
            Files.writeString(next.resolve(entry.getKey()), entry.getValue());
            Path visible = directory.resolve(entry.getKey());
            if (!Files.isSymbolicLink(visible)) {
                Files.createSymbolicLink(visible, Path.of(DATA, entry.getKey()));
            }
        }
        Path link = directory.resolve("..data_tmp");
        Files.createSymbolicLink(link, next.getFileName());
        Files.move(link, data, ATOMIC_MOVE, REPLACE_EXISTING);
        if (Files.isDirectory(former) && writes > 1) {
            remove(former, content);
        }
    }

    private void remove(Path former, Map<String, String> content) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(former)) {
            for (Path file : files) {
                if (!content.containsKey(file.getFileName().toString())) {
                    Files.delete(directory.resolve(file.getFileName()));
                }
                Files.delete(file);
            }
        }
        Files.delete(former);
    }
}
