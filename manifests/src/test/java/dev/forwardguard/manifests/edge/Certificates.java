package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;

import java.nio.file.Path;
import java.util.Map;

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

    /** What {@code edge-routes} needs for these endpoints, but for its user. */
    Map<String, String> variables(String endpoints) {
        String secret = "edge-routes-etcd-tls";
        return Map.of(
                "EDGE_ETCD_ENDPOINTS", endpoints,
                "EDGE_ETCD_CA", file(secret, "ca.crt").toString(),
                "EDGE_ETCD_CERTIFICATE", file(secret, "tls.crt").toString(),
                "EDGE_ETCD_KEY", file(secret, "tls.key").toString());
    }
}
