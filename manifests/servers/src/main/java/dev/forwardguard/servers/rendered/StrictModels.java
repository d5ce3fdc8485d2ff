package dev.forwardguard.servers.rendered;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;

/**
 * Reads objects of Kubernetes and the Prometheus operator strictly: a misspelt field is an error
 * here, while the API server only warns. The types' own catch-all for unknown fields is disabled.
 */
public final class StrictModels {
    private static final ObjectMapper MAPPER =
            new ObjectMapper()
                    .setAnnotationIntrospector(new RejectUnknownFields())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private StrictModels() {}

    public static HasMetadata read(ObjectNode node) {
        try {
            KubernetesResource resource = MAPPER.treeToValue(node, KubernetesResource.class);
            if (resource instanceof GenericKubernetesResource
                    || !(resource instanceof HasMetadata typed)) {
                throw new AssertionError(
                        "no type for " + node.path("apiVersion") + " " + node.path("kind"));
            }
            return typed;
        } catch (JsonProcessingException e) {
            throw new AssertionError(node.at("/metadata/name") + ": " + e.getMessage(), e);
        }
    }

    private static final class RejectUnknownFields extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(Annotated member) {
            return false;
        }
    }
}
