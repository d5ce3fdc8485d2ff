package dev.forwardguard.manifests.edge;

import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.RouteFiles;
import dev.forwardguard.edge.routes.Routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The full example of the tool's own tests. */
final class RoutesExample {
    /** Tests of a module run in its directory. */
    private static final Path DIRECTORY =
            Path.of("edge/tool/src/test/resources/dev/forwardguard/edge/routes/full-example");

    private static final Pattern PEM_PATH = Pattern.compile("(?<=[:-] )pem/\\S+\\.pem");

    private RoutesExample() {}

    /** What the tool makes of it. */
    static KeyTree keys() {
        Routes routes = RouteFiles.read(List.of(DIRECTORY), Set.of("web", "websecure", "dns/udp"));
        if (routes instanceof Routes.Valid(KeyTree keys)) {
            return keys;
        }
        throw new AssertionError(routes.toString());
    }

    /**
     * A copy for Traefik's file provider: there {@code @etcd} is {@code @file}, and PEM stands
     * where the tool would read a file.
     */
    static Path forFileProvider(Path parent) throws IOException {
        Path copy = Files.createDirectory(parent.resolve("example"));
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file).replace("@etcd", "@file");
                Files.writeString(
                        copy.resolve(file.getFileName()),
                        PEM_PATH.matcher(text).replaceAll(RoutesExample::pem));
            }
        }
        return copy;
    }

    /** Copies the certificates, to {@code pem} in another directory. */
    static void copyPem(Path directory) throws IOException {
        Path copy = Files.createDirectory(directory.resolve("pem"));
        try (Stream<Path> files = Files.list(DIRECTORY.resolve("pem"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
    }

    private static String pem(MatchResult path) {
        try {
            String pem = Files.readString(DIRECTORY.resolve(path.group()));
            return Matcher.quoteReplacement("\"" + pem.replace("\n", "\\n") + "\"");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
