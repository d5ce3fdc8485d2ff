package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.rendered.Kustomization;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The routes of {@code manifests/edge}. */
final class RouteFiles {
    private static final Path EDGE = Kustomization.MANIFESTS.resolve("edge");

    private RouteFiles() {}

    /** All files, those that need something else included. */
    static List<Path> all() {
        return Stream.of("routes", "optional").flatMap(RouteFiles::in).sorted().toList();
    }

    private static Stream<Path> in(String directory) {
        try (var files = Files.list(EDGE.resolve(directory))) {
            return files.filter(each -> each.toString().endsWith(".yaml")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String file) {
        try {
            return Files.readString(EDGE.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Copies all for Traefik's file provider.
     *
     * @param here what stands on this machine for addresses and paths
     */
    static Path copy(Path directory, Map<String, String> here) {
        try {
            Path copies = Files.createDirectories(directory.resolve("routes"));
            for (Path file : all()) {
                String text = Files.readString(file);
                for (Map.Entry<String, String> each : here.entrySet()) {
                    text = text.replace(each.getKey(), each.getValue());
                }
                Files.writeString(copies.resolve(file.getFileName()), text);
            }
            return copies;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
