package dev.forwardguard.manifests;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A real Alertmanager without a cluster. */
final class Alertmanager implements AutoCloseable {
    private final ChildProcess process;
    private final JsonApi api;

    private Alertmanager(ChildProcess process, JsonApi api) {
        this.process = process;
        this.api = api;
    }

    static Alertmanager start(Path directory, Path configuration) {
        Program program = Program.installed("prometheus-alertmanager", "prometheus-alertmanager");
        int port = Loopback.freePort();
        var process =
                program.start(
                        directory,
                        Map.of(),
                        "--config.file=" + configuration,
                        "--storage.path=" + directory.resolve("alertmanager"),
                        "--cluster.listen-address=",
                        "--web.listen-address=127.0.0.1:" + port);
        process.awaitListening(port);
        var api = new JsonApi(port);
        process.await("readiness", api::isReady);
        return new Alertmanager(process, api);
    }

    /** Sends firing alerts, each given by its labels. */
    void fire(List<Map<String, String>> alerts) {
        String json =
                alerts.stream()
                        .map(
                                labels ->
                                        labels.entrySet().stream()
                                                .map(
                                                        label ->
                                                                quoted(
                                                                        label.getKey(),
                                                                        label.getValue()))
                                                .collect(Collectors.joining(",", "{", "}")))
                        .map(labels -> "{\"labels\":" + labels + "}")
                        .collect(Collectors.joining(",", "[", "]"));
        api.post("/api/v2/alerts", json);
    }

    private static String quoted(String name, String value) {
        return "\"" + name + "\":\"" + value + "\"";
    }

    /** The labels of the alerts that are inhibited. */
    List<Map<String, String>> inhibited() {
        return labels("&active=false");
    }

    /** The labels of the alerts that it would send to a receiver. */
    List<Map<String, String>> active() {
        return labels("&inhibited=false");
    }

    private List<Map<String, String>> labels(String filter) {
        return api.get("/api/v2/alerts?silenced=false" + filter).list().stream()
                .map(alert -> alert.at("labels").texts())
                .toList();
    }

    ChildProcess process() {
        return process;
    }

    @Override
    public void close() {
        process.close();
    }
}
