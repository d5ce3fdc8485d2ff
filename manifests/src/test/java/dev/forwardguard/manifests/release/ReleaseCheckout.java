package dev.forwardguard.manifests.release;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A git repository with {@code .ci/release} and the manifests, and no uncommitted changes. The path
 * contains a space, which must work as well.
 */
record ReleaseCheckout(Path directory) {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    record Ended(int status, String output) {}

    static ReleaseCheckout in(Path directory) {
        var checkout = new ReleaseCheckout(directory);
        for (String each :
                List.of(".ci", "manifests/base", "manifests/components", "manifests/overlays")) {
            copy(Repository.ROOT.resolve(each), checkout.root().resolve(each));
        }
        copy(Repository.ROOT.resolve(".gitignore"), checkout.root().resolve(".gitignore"));
        checkout.git("init", "--quiet");
        checkout.commit();
        return checkout;
    }

    Path root() {
        return directory.resolve("a clone");
    }

    /** Commits all changes, or none, and returns the commit. */
    String commit() {
        git("add", "--all");
        git(
                "-c",
                "user.name=test",
                "-c",
                "user.email=test@example.com",
                "commit",
                "--quiet",
                "--allow-empty",
                "--message=test");
        return revision();
    }

    String revision() {
        return git("rev-parse", "HEAD").strip();
    }

    String git(String... arguments) {
        String[] all =
                Stream.concat(Stream.of("-C", root().toString()), Stream.of(arguments))
                        .toArray(String[]::new);
        return Program.installed("git", "git").run(directory, all);
    }

    /** Runs {@code .ci/release}. */
    Ended release(String... arguments) {
        Program.installed("skopeo", "skopeo");
        Program.installed("jq", "jq");
        Program.installed("kubectl", "kubernetes-client");
        var script = new Program(root().resolve(".ci/release"));
        try (var process = script.start(directory, Map.of(), arguments)) {
            return new Ended(process.awaitExit(PATIENCE), process.output());
        }
    }

    /** Copies all files, as they are executable or not. */
    private static void copy(Path from, Path to) {
        try (var files = Files.walk(from)) {
            for (Path each : files.toList()) {
                Path copy = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(each, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
