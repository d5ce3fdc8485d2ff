package dev.forwardguard.manifests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Paths in the repository; the tests of a module run in the module's directory. */
public final class Repository {
    public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private Repository() {}

    /** The files with this guard's JVM flags. */
    static List<Path> jvmOptions(String guard) {
        Path image = ROOT.resolve("manifests/image");
        return List.of(image.resolve("jvm.options"), image.resolve(guard + ".options"));
    }

    /** The runnable jar of a guard; its libraries are beside it. */
    static Path jarOf(String guard) {
        Path jar = ROOT.resolve(guard).resolve("target").resolve(guard + ".jar");
        if (!Files.exists(jar)) {
            throw new AssertionError("build first, with mvn package: " + jar + " is not there");
        }
        return jar;
    }
}
