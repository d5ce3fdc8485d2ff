package dev.forwardguard.manifests;

import dev.forwardguard.servers.Repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A copy of the repository for {@code run.sh}, with the guards already built. It has its own
 * directory because {@code run.sh} keeps passwords and logs beside itself. The path contains a
 * space, which must work as well.
 */
record Checkout(Path root) {
    private static final List<String> GUARDS = List.of("bot-block-guard", "authentik-guard");

    static Checkout in(Path directory) {
        try {
            var checkout = new Checkout(Files.createDirectory(directory.resolve("a clone")));
            checkout.sources();
            // after the sources, otherwise run.sh would rebuild
            checkout.jars();
            return checkout;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds what {@code edge.sh} needs besides, with {@code edge-routes} already built. */
    Checkout withEdge() {
        Path manifests = Repository.ROOT.resolve("manifests");
        Path tool = Path.of("edge/tool");
        try {
            for (String file : List.of("edge.sh", "edge-demo.sh", "EdgeServices.java")) {
                take(manifests, Path.of("local", file));
            }
            take(manifests, Path.of("edge/certificates.sh"));
            take(manifests, Path.of("base/edge/gateway/deployment.yaml"));
            Path edge = root.resolve("manifests/edge");
            copy(manifests.resolve("edge/routes"), Files.createDirectory(edge.resolve("routes")));
            Files.createDirectories(root.resolve("manifests").resolve(tool).resolve("src/main"));
            Files.createFile(root.resolve("manifests").resolve(tool).resolve("pom.xml"));
            Path target = Files.createDirectory(edge.resolve("tool/target"));
            copy(
                    manifests.resolve("edge/tool/target/lib"),
                    Files.createDirectory(target.resolve("lib")));
            // last, otherwise edge.sh would rebuild
            Path jar = tool.resolve("target/edge-routes.jar");
            Files.copy(manifests.resolve(jar), root.resolve("manifests").resolve(jar));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(Path manifests, Path file) throws IOException {
        Path copy = root.resolve("manifests").resolve(file);
        Files.createDirectories(copy.getParent());
        Files.copy(manifests.resolve(file), copy, StandardCopyOption.COPY_ATTRIBUTES);
    }

    Path script() {
        return root.resolve("manifests/local/run.sh");
    }

    Path edgeScript() {
        return root.resolve("manifests/local/edge.sh");
    }

    private void sources() throws IOException {
        Files.createDirectories(script().getParent());
        for (String file :
                List.of("run.sh", "processes.sh", "jdk.sh", "StandIns.java", "Demo.java")) {
            Path original = Repository.ROOT.resolve("manifests/local").resolve(file);
            Files.copy(original, script().resolveSibling(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Path image = Files.createDirectories(root.resolve("manifests/image"));
        Files.createDirectory(root.resolve(".mvn"));
        Files.createFile(root.resolve("pom.xml"));
        for (String guard : GUARDS) {
            for (Path options : Repository.jvmOptions(guard)) {
                Files.copy(
                        options,
                        image.resolve(options.getFileName()),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            Files.createDirectories(root.resolve(guard).resolve("src/main"));
            Files.createFile(root.resolve(guard).resolve("pom.xml"));
        }
    }

    private void jars() throws IOException {
        for (String guard : GUARDS) {
            Path jar = Repository.jarOf(guard);
            Path target = root.resolve(guard).resolve("target");
            Files.createDirectory(target);
            Files.copy(jar, target.resolve(jar.getFileName()));
            copy(jar.resolveSibling("lib"), Files.createDirectory(target.resolve("lib")));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.newDirectoryStream(from)) {
            for (Path file : files) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** Removes the password, settings and logs of earlier runs. */
    void forgetRuns() {
        try {
            Path kept = script().resolveSibling(".local");
            if (Files.exists(kept)) {
                Path old = Files.createTempDirectory(root.getParent(), "forgotten");
                Files.move(kept, old.resolve("local"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
