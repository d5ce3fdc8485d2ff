package dev.forwardguard.manifests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code components/monitoring} as kustomize renders it; tests look at nothing but that. */
record MonitoringComponent(List<Document> objects) {
    static final Path SOURCE = Repository.ROOT.resolve("manifests/components/monitoring");

    /** The whole component, by itself. */
    static MonitoringComponent renderedIn(Path directory) {
        return renderedIn(directory, SOURCE);
    }

    /** One of its parts. */
    static MonitoringComponent renderedIn(Path directory, Path component) {
        Program kubectl = Program.installed("kubectl", "kubernetes-client");
        try {
            Path root = Files.createTempDirectory(directory, "rendering").toRealPath();
            Files.writeString(
                    root.resolve("kustomization.yaml"),
                    "components: ['" + root.relativize(component.toRealPath()) + "']\n");
            String rendered = kubectl.run(root, "kustomize", root.toString());
            return new MonitoringComponent(Document.parseAll(rendered));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Stream<Document> ofKind(String kind) {
        return objects.stream().filter(each -> each.at("kind").text().equals(kind));
    }

    /** A rule file as Prometheus and promtool read it, which do not know PrometheusRule. */
    Document ruleFile() {
        List<Object> groups =
                ofKind("PrometheusRule")
                        .flatMap(rule -> rule.at("spec", "groups").list().stream())
                        .map(Document::value)
                        .toList();
        return new Document(Map.of("groups", groups));
    }

    List<Document> alerts() {
        return ruleFile().at("groups").list().stream()
                .flatMap(group -> group.at("rules").list().stream())
                .toList();
    }

    Document dashboard() {
        Document configMap = ofKind("ConfigMap").findFirst().orElseThrow();
        return Document.parse(configMap.at("data", "guards.json").text());
    }

    /** The queries of all panels and annotations, with something for each variable of Grafana. */
    List<String> dashboardQueries() {
        Stream<Document> targets =
                dashboard().at("panels").list().stream()
                        .flatMap(panel -> panel.at("targets").list().stream());
        return Stream.concat(targets, dashboard().at("annotations", "list").list().stream())
                .map(target -> target.at("expr").text())
                .map(query -> query.replace("$guard", "(bot-block-guard|authentik-guard)"))
                .map(query -> query.replace("$__rate_interval", "1m"))
                .toList();
    }

    /** Writes the rule file; returns where. */
    Path writeRules(Path directory) {
        try {
            return Files.writeString(directory.resolve("rules.yml"), ruleFile().yamlText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
