package dev.forwardguard.manifests.edge;

import dev.forwardguard.manifests.Kustomization;
import dev.forwardguard.servers.Program;

import java.nio.file.Path;

/** What {@code manifests/edge/certificates.sh} makes: a directory for each Secret. */
record Certificates(Path directory) {
    /** Runs the script. */
    static Certificates in(Path directory) {
        Path files = directory.resolve("certificates");
        run(directory, files.toString());
        return new Certificates(files);
    }

    /** Runs the script, and returns its output. */
    static String run(Path directory, String... arguments) {
        Program.installed("openssl", "openssl");
        Path script = Kustomization.MANIFESTS.resolve("edge/certificates.sh");
        return new Program(script).run(directory, arguments);
    }

    Path of(String secret) {
        return directory.resolve(secret);
    }

    Path file(String secret, String key) {
        return of(secret).resolve(key);
    }
}
