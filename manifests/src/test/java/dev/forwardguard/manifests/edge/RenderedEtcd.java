package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A member of etcd as rendered, with its arguments; only addresses and paths differ. */
final class RenderedEtcd implements AutoCloseable {
    /** Of the user root. */
    static final String PASSWORD = "correct horse";

    private static final String DOMAIN = ".etcd-peers.edge.svc.cluster.local:";
    private static final Pattern TOKEN = Pattern.compile("\"token\":\\s*\"([^\"]+)\"");

    private final Path directory;
    private final Certificates certificates;
    private final int port;
    private final int metricsPort = Loopback.freePort();
    private final Map<String, String> here;
    private final List<String> command;
    private ChildProcess process;
    private String token = "";

    /**
     * @param command what runs the program
     * @param peers the ports of all members for each other
     */
    private RenderedEtcd(
            Path directory,
            Rendered rendered,
            Certificates certificates,
            int number,
            int port,
            List<String> command,
            List<Integer> peers) {
        this.directory = directory;
        this.certificates = certificates;
        this.port = port;
        this.command = new ArrayList<>(command);
        this.command.add(Program.built("etcd").path().toString());
        here = here(number, peers);
        this.command.addAll(Workload.of(rendered, "etcd").arguments(here));
        process = run();
    }

    private ChildProcess run() {
        return ChildProcess.start(directory.resolve("etcd-" + port + ".log"), Map.of(), command);
    }

    /** Starts the only member of the overlay, and waits until it is ready. */
    static RenderedEtcd start(Path directory, Certificates certificates, int port) {
        List<Integer> peers = List.of(Loopback.freePort());
        Rendered rendered = Kustomization.of("overlays/edge");
        var etcd = new RenderedEtcd(directory, rendered, certificates, 0, port, List.of(), peers);
        etcd.awaitReady();
        return etcd;
    }

    /**
     * Starts all three of the component, and waits until they are ready. Each sees the names of the
     * others in a file {@code /etc/hosts} of its own, because they are in the certificates.
     */
    static List<RenderedEtcd> startThree(
            Path directory, Rendered rendered, Certificates certificates) throws IOException {
        List<Integer> peers =
                Stream.generate(Loopback::freePort).limit(3).collect(Collectors.toList());
        Path hosts = directory.resolve("hosts");
        Files.writeString(
                hosts,
                "127.0.0.1 localhost etcd-0%1$s etcd-1%1$s etcd-2%1$s\n"
                        .formatted(DOMAIN.replace(":", "")));
        String mount = "mount --bind '%s' /etc/hosts && exec \"$@\"".formatted(hosts);
        String unshare = Program.installed("unshare", "util-linux").path().toString();
        List<String> command =
                List.of(unshare, "--map-root-user", "--mount", "sh", "-c", mount, "sh");
        List<RenderedEtcd> members = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                int port = Loopback.freePort();
                members.add(
                        new RenderedEtcd(
                                directory, rendered, certificates, i, port, command, peers));
            }
            members.forEach(RenderedEtcd::awaitReady);
            return members;
        } catch (RuntimeException | Error e) {
            members.forEach(RenderedEtcd::close);
            throw e;
        }
    }

    private Map<String, String> here(int number, List<Integer> peers) {
        Map<String, String> here = new LinkedHashMap<>();
        here.put("$(POD_NAME)", "etcd-" + number);
        here.put("/etc/etcd/server", certificates.of("etcd-server-tls").toString());
        here.put("/etc/etcd/peer", certificates.of("etcd-peer-tls").toString());
        here.put("/var/lib/etcd", volume().toString());
        here.put("0.0.0.0:2379", "127.0.0.1:" + port);
        here.put("0.0.0.0:2380", "127.0.0.1:" + peers.get(number));
        here.put("0.0.0.0:2381", "127.0.0.1:" + metricsPort);
        here.put("etcd-" + number + DOMAIN + 2379, "localhost:" + port);
        for (int i = 0; i < peers.size(); i++) {
            here.put("etcd-" + i + DOMAIN + 2380, "etcd-" + i + DOMAIN + peers.get(i));
        }
        return here;
    }

    /** What stands on this machine for addresses and paths of its pod. */
    Map<String, String> here() {
        return Map.copyOf(here);
    }

    /** The directory of its volume. */
    Path volume() {
        return directory.resolve("volume-" + port);
    }

    /** Waits until it is ready. */
    void awaitReady() {
        process.await("health", this::isReady);
    }

    /** Starts it again, with its data, on the same ports, and waits until it is ready. */
    void restart() {
        process = run();
        awaitReady();
    }

    /** The value of one of its metrics that have no labels; 0 if there is none. */
    double metric(String name) {
        return metrics()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    /** What its probes ask, over plain HTTP. */
    String statusOf(String path) {
        return Curl.status(directory, "http://127.0.0.1:" + metricsPort + path);
    }

    String metrics() {
        return Curl.run(directory, "http://127.0.0.1:" + metricsPort + "/metrics");
    }

    private boolean isReady() {
        return statusOf("/readyz").equals("200");
    }

    ChildProcess process() {
        return process;
    }

    int port() {
        return port;
    }

    int metricsPort() {
        return metricsPort;
    }

    /** What {@code edge-routes setup} does, but for the user of the tool. */
    void switchAuthenticationOn() {
        post("auth/user/add", "{\"name\": \"root\", \"password\": \"" + PASSWORD + "\"}");
        post("auth/user/grant", "{\"user\": \"root\", \"role\": \"root\"}");
        post("auth/role/add", "{\"name\": \"gateway\"}");
        post(
                "auth/role/grant",
                "{\"name\": \"gateway\", \"perm\": {\"permType\": \"READ\", \"key\": \"%s\", \"range_end\": \"%s\"}}"
                        .formatted(base64("traefik"), base64("traefil")));
        post("auth/user/add", "{\"name\": \"gateway\", \"options\": {\"no_password\": true}}");
        post("auth/user/grant", "{\"user\": \"gateway\", \"role\": \"gateway\"}");
        post("auth/enable", "{}");
        logIn();
    }

    /** Needed again after a restart. */
    void logIn() {
        String login = "{\"name\": \"root\", \"password\": \"" + PASSWORD + "\"}";
        var found = TOKEN.matcher(post("auth/authenticate", login));
        if (!found.find()) {
            throw new AssertionError("no token");
        }
        token = found.group(1);
    }

    /** Writes the canary, in one transaction. */
    void putCanary(int revision) {
        String router = "traefik/http/routers/edge-revision/";
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put(router + "entryPoints/0", "canary");
        keys.put(router + "rule", "Path(`/edge-revision`)");
        keys.put(router + "service", "ping@internal");
        keys.put(router + "middlewares/0", "edge-revision");
        keys.put(
                "traefik/http/middlewares/edge-revision/headers/customResponseHeaders"
                        + "/X-Edge-Revision",
                String.valueOf(revision));
        put(keys);
    }

    /** Writes keys, in one transaction. */
    void put(Map<String, String> keys) {
        List<String> operations = new ArrayList<>();
        keys.forEach(
                (key, value) ->
                        operations.add(
                                "{\"request_put\": {\"key\": \"%s\", \"value\": \"%s\"}}"
                                        .formatted(base64(key), base64(value))));
        String answer = post("kv/txn", "{\"success\": [" + String.join(",", operations) + "]}");
        if (!answer.contains("\"succeeded\":true")) {
            throw new AssertionError(answer);
        }
    }

    /** Asks the JSON gateway, with the certificate of the tool. */
    String post(String path, String json) {
        return Curl.run(directory, options("edge-routes-etcd-tls", path, json));
    }

    /** The same with another certificate; returns the HTTP status. */
    String statusOfPost(String certificate, String path, String json) {
        return Curl.status(directory, options(certificate, path, json));
    }

    private String[] options(String certificate, String path, String json) {
        return new String[] {
            "--cacert",
            certificates.file(certificate, "ca.crt").toString(),
            "--cert",
            certificates.file(certificate, "tls.crt").toString(),
            "--key",
            certificates.file(certificate, "tls.key").toString(),
            "--header",
            "Authorization: " + token,
            "--data",
            json,
            "https://localhost:" + port + "/v3/" + path
        };
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        process.close();
    }
}
