package dev.forwardguard.manifests;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A real Prometheus that scrapes and evaluates every second. */
final class Prometheus implements AutoCloseable {
    private final ChildProcess process;
    private final JsonApi api;

    private Prometheus(ChildProcess process, JsonApi api) {
        this.process = process;
        this.api = api;
    }

    /**
     * Starts Prometheus.
     *
     * @param targets the ports of the replicas of each job; the job's name is also its namespace
     */
    static Prometheus start(Path directory, Path rules, Map<String, List<Integer>> targets) {
        Program program = Program.installed("prometheus", "prometheus");
        int port = Loopback.freePort();
        List<Map<String, Object>> jobs =
                targets.entrySet().stream()
                        .map(target -> job(target.getKey(), target.getValue()))
                        .toList();
        Map<String, String> intervals =
                Map.of("scrape_interval", "1s", "evaluation_interval", "1s");
        Document configuration =
                new Document(
                        Map.of(
                                "global", intervals,
                                "rule_files", List.of(rules.toString()),
                                "scrape_configs", jobs));
        Path file = directory.resolve("prometheus.yml");
        try {
            Files.writeString(file, configuration.yamlText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var process =
                program.start(
                        directory,
                        Map.of(),
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port);
        process.awaitListening(port);
        var api = new JsonApi(port);
        process.await("readiness", api::isReady);
        return new Prometheus(process, api);
    }

    private static Map<String, Object> job(String name, List<Integer> ports) {
        return Map.of(
                "job_name",
                name,
                "metrics_path",
                "/prometheus",
                "honor_labels",
                true,
                "static_configs",
                IntStream.range(0, ports.size())
                        .mapToObj(number -> replica(name, number, ports.get(number)))
                        .toList());
    }

    /** A target with the labels that it has in a cluster of several. */
    private static Map<String, Object> replica(String job, int number, int port) {
        return Map.of(
                "targets",
                List.of("127.0.0.1:" + port),
                "labels",
                Map.of(
                        "cluster",
                        "test",
                        "namespace",
                        job,
                        "pod",
                        job + "-" + number,
                        "node",
                        "node-" + number));
    }

    /** The alerts that are pending or firing. */
    List<Document> alerts() {
        return api.get("/api/v1/alerts").at("data", "alerts").list();
    }

    /** The active alerts of this name. */
    Stream<Document> alerts(String name) {
        return alerts().stream()
                .filter(alert -> alert.at("labels", "alertname").text().equals(name));
    }

    /** The series that a query returns now. */
    List<Document> query(String query) {
        return api.get("/api/v1/query?query=" + JsonApi.encoded(query)).at("data", "result").list();
    }

    ChildProcess process() {
        return process;
    }

    @Override
    public void close() {
        process.close();
    }
}
