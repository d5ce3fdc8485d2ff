package dev.forwardguard.servers.rendered;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Renders kustomizations as {@code kubectl apply -k} does. */
public final class Kustomization {
    public static final Path MANIFESTS = Repository.ROOT.resolve("manifests");

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Map<String, Rendered> RENDERED = new ConcurrentHashMap<>();

    private Kustomization() {}

    /** Renders a directory in {@code manifests}; the result is cached. */
    public static Rendered of(String directory) {
        return in(MANIFESTS, directory);
    }

    /** The same of any checkout. */
    public static Rendered in(Path manifests, String directory) {
        Path path = manifests.resolve(directory);
        return RENDERED.computeIfAbsent(path.toString(), _ -> render(directory, path, temporary()));
    }

    /** The production overlay; not a constant, so that tests are skipped if kubectl is missing. */
    public static Rendered production() {
        return of("overlays/production");
    }

    /** A base with components, as an overlay would combine them. */
    public static Rendered of(String base, List<String> components) {
        return overlay(base + " with " + components, base, components, "");
    }

    /**
     * The same, with more lines in the overlay.
     *
     * @param more where {@code MANIFESTS} is the path of the directory {@code manifests}
     */
    public static Rendered overlay(String name, String base, List<String> components, String more) {
        return RENDERED.computeIfAbsent(
                name + "\n" + more, _ -> written(name, base, components, more));
    }

    private static Rendered written(
            String name, String base, List<String> components, String more) {
        Path directory = temporary();
        // kustomize rejects absolute paths and does not follow symbolic links
        Path here = real(directory);
        var text =
                new StringBuilder("apiVersion: kustomize.config.k8s.io/v1beta1\n")
                        .append("kind: Kustomization\nresources:\n")
                        .append(entry(here, base))
                        .append(components.isEmpty() ? "" : "components:\n");
        components.forEach(component -> text.append(entry(here, component)));
        try {
            String path = here.relativize(real(MANIFESTS)).toString();
            text.append(more.replace("MANIFESTS", path));
            Files.writeString(here.resolve("kustomization.yaml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return render(name, here, directory);
    }

    private static String entry(Path from, String to) {
        return "  - " + from.relativize(real(MANIFESTS.resolve(to))) + "\n";
    }

    private static Rendered render(String name, Path directory, Path logs) {
        Path kubectl = Program.installed("kubectl", "kubernetes-client").path();
        Path out = logs.resolve("rendered.yaml");
        var command = List.of(kubectl.toString(), "kustomize", directory.toString());
        try (var process = ChildProcess.start(out, Map.of(), command)) {
            int status = process.awaitExit(LIMIT);
            // includes standard error, where kustomize reports deprecated fields
            if (status != 0 || process.output().startsWith("#")) {
                throw new AssertionError(name + ": " + process.output());
            }
            return Rendered.read(name, process.output());
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory(Path.of("target"), "kustomize");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
