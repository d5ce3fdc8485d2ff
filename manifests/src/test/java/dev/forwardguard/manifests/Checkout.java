package dev.forwardguard.manifests;

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

    Path script() {
        return root.resolve("manifests/local/run.sh");
    }

    private void sources() throws IOException {
        Files.createDirectories(script().getParent());
        for (String file : List.of("run.sh", "jdk.sh", "StandIns.java", "Demo.java")) {
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
