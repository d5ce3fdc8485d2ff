package dev.forwardguard.servers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Paths in the repository, wherever in it a test or a program was started. */
public final class Repository {
    public static final Path ROOT = root();

    private Repository() {}

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        for (Path each = here; each != null; each = each.getParent()) {
            if (Files.isDirectory(each.resolve(".mvn"))) {
                return each;
            }
        }
        throw new AssertionError("not in the repository: " + here);
    }

    /** The files with this guard's JVM flags. */
    public static List<Path> jvmOptions(String guard) {
        Path image = ROOT.resolve("manifests/image");
        return List.of(image.resolve("jvm.options"), image.resolve(guard + ".options"));
    }

    /** The runnable jar of a guard; its libraries are beside it. */
    public static Path jarOf(String guard) {
        Path jar = ROOT.resolve(guard).resolve("target").resolve(guard + ".jar");
        if (!Files.exists(jar)) {
            throw new AssertionError("build first, with mvn package: " + jar + " is not there");
        }
        return jar;
    }
}
