package dev.forwardguard.manifests.release;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A container registry on this machine, without TLS. */
final class Registry implements AutoCloseable {
    private static final String CONFIGURATION =
            """
            version: 0.1
            log: {accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: "DIRECTORY"}}
            http: {addr: "127.0.0.1:PORT"}
            """;

    private final int port = Loopback.freePort();
    private final ChildProcess process;

    private Registry(Path directory) {
        try {
            Path file =
                    Files.writeString(
                            Files.createDirectories(directory).resolve("registry.yml"),
                            CONFIGURATION
                                    .replace("DIRECTORY", directory.resolve("storage").toString())
                                    .replace("PORT", "" + port));
            process =
                    Program.installed("docker-registry", "docker-registry")
                            .start(directory, Map.of(), "serve", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process.awaitListening(port);
    }

    static Registry startIn(Path directory) {
        return new Registry(directory);
    }

    /** The registry as {@code .ci/release} wants it named. */
    String name() {
        return "127.0.0.1:" + port + "/forward-guard";
    }

    @Override
    public void close() {
        process.close();
    }
}
