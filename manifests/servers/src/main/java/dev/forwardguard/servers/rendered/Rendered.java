package dev.forwardguard.servers.rendered;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.apps.Deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * All objects of one kustomization.
 *
 * @param name of the kustomization, for messages
 * @param nodes the objects, each as it would be sent to the API server
 */
public record Rendered(String name, List<ObjectNode> nodes) {
    private static final YAMLMapper YAML = new YAMLMapper();

    public static Rendered read(String name, String text) {
        try (var documents = YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(text)) {
            return new Rendered(name, documents.readAll());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The objects of Traefik's kinds. */
    public List<ObjectNode> traefik() {
        return nodes.stream().filter(Rendered::isTraefik).toList();
    }

    /** The spec of the Traefik object with this kind and name. */
    public JsonNode traefik(String kind, String name) {
        return traefik().stream()
                .filter(each -> each.path("kind").asText().equals(kind))
                .filter(each -> each.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name))
                .path("spec");
    }

    /** All other objects but those of k3s, as strict types. */
    public List<HasMetadata> typed() {
        return nodes.stream()
                .filter(each -> !isTraefik(each) && !isOf("helm.cattle.io/", each))
                .map(StrictModels::read)
                .toList();
    }

    /** All objects of a type. */
    public <T extends HasMetadata> List<T> all(Class<T> type) {
        return typed().stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** The only object of a type in a namespace. */
    public <T extends HasMetadata> T only(Class<T> type, String namespace) {
        List<T> found =
                all(type).stream()
                        .filter(each -> namespace.equals(each.getMetadata().getNamespace()))
                        .toList();
        if (found.size() != 1) {
            throw new AssertionError(
                    "%s has %d %s in %s"
                            .formatted(name, found.size(), type.getSimpleName(), namespace));
        }
        return found.getFirst();
    }

    public List<Deployment> deployments() {
        return all(Deployment.class);
    }

    /** Whether all labels of a non-empty selector are present. */
    public static boolean selects(Map<String, String> selector, Map<String, String> labels) {
        return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
    }

    public static boolean selects(LabelSelector selector, Map<String, String> labels) {
        return selector.getMatchExpressions().isEmpty()
                && selects(selector.getMatchLabels(), labels);
    }

    private static boolean isTraefik(ObjectNode node) {
        return isOf("traefik.io/", node);
    }

    private static boolean isOf(String group, ObjectNode node) {
        return node.path("apiVersion").asText().startsWith(group);
    }

    @Override
    public String toString() {
        return name;
    }
}
