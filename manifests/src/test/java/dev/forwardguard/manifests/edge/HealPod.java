package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.ApiServer;
import dev.forwardguard.servers.ChildProcess;
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
    private final List<String> arguments;
    private final EdgeRoutes tool;

    HealPod(
            Path directory,
            ApiServer server,
            String namespace,
            int etcd,
            Certificates certificates) {
        this.directory = directory;
        arguments =
                List.of(
                        "heal",
                        "--namespace=" + namespace,
                        "--behind=2s",
                        "--service-account=" + mountedToken(server, namespace));
        Map<String, String> variables =
                new LinkedHashMap<>(certificates.variables("https://localhost:" + etcd));
        variables.put("KUBERNETES_SERVICE_HOST", "127.0.0.1");
        variables.put("KUBERNETES_SERVICE_PORT", String.valueOf(server.port()));
        variables.put("EDGE_ETCD_USER", "root");
        variables.put("EDGE_ETCD_PASSWORD", RenderedEtcd.PASSWORD);
        tool = new EdgeRoutes(directory, variables);
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
        return tool.start(all.toArray(String[]::new));
    }
}
