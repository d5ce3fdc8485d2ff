package dev.forwardguard.manifests;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The objects of {@code components/monitoring} as kustomize renders them. */
record MonitoringComponent(List<Document> objects) {
    static final Path SOURCE = Repository.ROOT.resolve("manifests/components/monitoring");

    /** Renders the whole component, without a base. */
    static MonitoringComponent renderedIn(Path directory) {
        return renderedIn(directory, SOURCE);
    }

    /** Renders one of its parts. */
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

    /** A rule file for Prometheus and promtool, which do not know PrometheusRule objects. */
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

    Dashboard dashboard() {
        Document configMap = ofKind("ConfigMap").findFirst().orElseThrow();
        return new Dashboard(Document.parse(configMap.at("data", "guards.json").text()));
    }

    /** Writes the rule file, and returns its path. */
    Path writeRules(Path directory) {
        try {
            return Files.writeString(directory.resolve("rules.yml"), ruleFile().yamlText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
