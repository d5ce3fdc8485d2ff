package dev.forwardguard.manifests.edge;

import dev.forwardguard.manifests.Kustomization;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The one member of {@code overlays/edge}, with its arguments; only addresses and paths differ. */
final class EdgeEtcd implements AutoCloseable {
    /** Of the user root. */
    static final String PASSWORD = "correct horse";

    private static final Pattern TOKEN = Pattern.compile("\"token\":\\s*\"([^\"]+)\"");

    private final Path directory;
    private final Certificates certificates;
    private final int port;
    private final int metricsPort = Loopback.freePort();
    private final ChildProcess process;
    private String token = "";

    private EdgeEtcd(Path directory, Certificates certificates, int port) {
        this.directory = directory;
        this.certificates = certificates;
        this.port = port;
        List<String> arguments =
                Workload.of(Kustomization.of("overlays/edge"), "etcd").arguments(here());
        process =
                Program.built("etcd").start(directory, Map.of(), arguments.toArray(String[]::new));
    }

    /** Starts it, and waits until it is ready. */
    static EdgeEtcd start(Path directory, Certificates certificates, int port) {
        var etcd = new EdgeEtcd(directory, certificates, port);
        etcd.process.await("health", etcd::isReady);
        return etcd;
    }

    private Map<String, String> here() {
        int peers = Loopback.freePort();
        Map<String, String> here = new LinkedHashMap<>();
        here.put("$(POD_NAME)", "etcd-0");
        here.put("/etc/etcd/server", certificates.of("etcd-server-tls").toString());
        here.put("/etc/etcd/peer", certificates.of("etcd-peer-tls").toString());
        here.put("/var/lib/etcd", directory.resolve("volume").toString());
        here.put("0.0.0.0:2379", "127.0.0.1:" + port);
        here.put("0.0.0.0:2380", "127.0.0.1:" + peers);
        here.put("0.0.0.0:2381", "127.0.0.1:" + metricsPort);
        here.put("etcd-0.etcd-peers.edge.svc.cluster.local:2379", "localhost:" + port);
        here.put("etcd-0.etcd-peers.edge.svc.cluster.local:2380", "127.0.0.1:" + peers);
        return here;
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
