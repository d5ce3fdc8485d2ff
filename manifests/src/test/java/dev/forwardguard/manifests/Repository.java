package dev.forwardguard.manifests;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where things are in the repository; the tests of a module are run in its directory. */
final class Repository {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** The flags of every JVM that runs a guard. */
    static final Path JVM_OPTIONS = ROOT.resolve("manifests/image/jvm.options");

    private Repository() {}

    /** The runnable jar of a guard, with its libraries beside it. */
    static Path jarOf(String guard) {
        Path jar = ROOT.resolve(guard).resolve("target").resolve(guard + ".jar");
        if (!Files.exists(jar)) {
            throw new AssertionError("build first, with mvn package: " + jar + " is not there");
        }
        return jar;
    }
}
