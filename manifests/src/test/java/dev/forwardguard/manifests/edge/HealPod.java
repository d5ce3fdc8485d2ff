package dev.forwardguard.manifests.edge;

import dev.forwardguard.manifests.Repository;
import dev.forwardguard.servers.ApiServer;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.ServiceAccountMount;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a pod of the component heal has: the token of its account, and its variables. */
final class HealPod {
    private final Path directory;
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> variables = new LinkedHashMap<>();

    HealPod(
            Path directory,
            ApiServer server,
            String namespace,
            int etcd,
            Certificates certificates) {
        this.directory = directory;
        Path jar = Repository.ROOT.resolve("manifests/edge/tool/target/edge-routes.jar");
        arguments.addAll(List.of("-XX:TieredStopAtLevel=1", "-jar", jar.toString(), "heal"));
        arguments.add("--namespace=" + namespace);
        arguments.add("--behind=2s");
        arguments.add("--service-account=" + mountedToken(server, namespace));
        variables.put("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        variables.put("KUBERNETES_SERVICE_PORT", String.valueOf(server.port()));
        variables.put("EDGE_ETCD_ENDPOINTS", "https://localhost:" + etcd);
        variables.put("EDGE_ETCD_USER", "root");
        variables.put("EDGE_ETCD_PASSWORD", EdgeEtcd.PASSWORD);
        String files = "edge-routes-etcd-tls";
        variables.put("EDGE_ETCD_CA", certificates.file(files, "ca.crt").toString());
        variables.put("EDGE_ETCD_CERTIFICATE", certificates.file(files, "tls.crt").toString());
        variables.put("EDGE_ETCD_KEY", certificates.file(files, "tls.key").toString());
    }

    private Path mountedToken(ApiServer server, String namespace) {
        try {
            Path mount = Files.createDirectory(directory.resolve("mount-" + namespace));
            String token =
                    server.kubectl("create", "token", "edge-heal", "--namespace=" + namespace);
            new ServiceAccountMount(mount).swap(token.strip(), server.keys().ca(), namespace);
            return mount;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it with these options, too. */
    ChildProcess start(String... options) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(options));
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new Program(java).start(directory, variables, all.toArray(String[]::new));
    }
}
