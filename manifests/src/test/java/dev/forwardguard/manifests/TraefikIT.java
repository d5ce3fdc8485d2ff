package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.fabric8.kubernetes.api.model.Service;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Traefik's middlewares for the guards, and how they change requests. */
class TraefikIT {
    private static final String FORWARD_AUTH = "authentik-forward-auth";

    @Test
    void copiesExactlyTheHeadersOfAuthentikGuard() throws IOException {
        try (var code = GuardCode.of("authentik-guard")) {
            List<String> headers = new ArrayList<>(code.identityHeaders());
            headers.add("Authorization");
            headers.add(fallbackHeader(code));

            assertThat(texts(forwardAuth(FORWARD_AUTH).path("authResponseHeaders")))
                    .containsExactlyInAnyOrderElementsOf(headers);
        }
    }

    @Test
    void copiesOnlyFallbackReasonOfBotBlockGuard() throws IOException {
        try (var code = GuardCode.of("bot-block-guard")) {
            assertThat(texts(forwardAuth("ai-bot-block").path("authResponseHeaders")))
                    .containsExactly(fallbackHeader(code));
        }
    }

    @Test
    void removesIdentityHeadersOfVisitors() throws IOException {
        try (var code = GuardCode.of("authentik-guard")) {
            JsonNode removed =
                    Kustomization.production()
                            .traefik("Middleware", "strip-identity-headers")
                            .at("/headers/customRequestHeaders");

            assertThat(names(removed)).containsExactlyInAnyOrderElementsOf(code.identityHeaders());
            assertThat(removed).allSatisfy(value -> assertThat(value.asText()).isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({"ai-bot-block, bot-block-guard", "authentik-forward-auth, authentik-guard"})
    void sendsAuthRequestsToService(String middleware, String guard) throws IOException {
        JsonNode forwardAuth = forwardAuth(middleware);
        URI address = URI.create(forwardAuth.path("address").asText());
        Service service = Kustomization.production().only(Service.class, guard);

        assertThat(address.getHost())
                .isEqualTo(
                        "%s.%s.svc.cluster.local"
                                .formatted(
                                        service.getMetadata().getName(),
                                        service.getMetadata().getNamespace()));
        assertThat(address.getPort()).isEqualTo(service.getSpec().getPorts().getFirst().getPort());
        assertThat(forwardAuth.path("trustForwardHeader").asBoolean()).isTrue();
        assertThat(forwardAuth.path("preserveLocationHeader").asBoolean()).isTrue();
        assertThat(forwardAuth.has("authSigninURL")).isFalse();
        assertThat(forwardAuth.has("authRequestHeaders")).isFalse();
        try (var code = GuardCode.of(guard)) {
            assertThat(forwardAuth.path("maxResponseBodySize").asInt())
                    .isEqualTo(
                            code.constant(
                                    "dev.forwardguard.upstream.connection.ResponseAggregator",
                                    "MAX_BODY_BYTES"));
        }
    }

    @Test
    void ordersChains() {
        assertThat(flat("public"))
                .containsExactly(
                        "retry",
                        "rate-limit",
                        "csp-headers",
                        "strip-identity-headers",
                        "ai-bot-block",
                        "anti-ai-headers",
                        "strip-accept-encoding");
        assertThat(flat("protected"))
                .startsWith(flat("public").toArray(String[]::new))
                .endsWith("strip-forwarded-target", FORWARD_AUTH)
                .hasSize(flat("public").size() + 2);
    }

    @Test
    void usesEveryMiddleware() {
        Set<String> used = new HashSet<>(flat("protected"));
        used.addAll(List.of("public", "protected"));

        assertThat(Kustomization.production().traefik())
                .filteredOn(each -> each.path("kind").asText().equals("Middleware"))
                .extracting(each -> each.at("/metadata/name").asText())
                .containsExactlyInAnyOrderElementsOf(used);
    }

    /** Traefik trusts these headers from {@code trustedIPs}, and authentik decides by them. */
    @Test
    void removesForwardedTargetOfVisitors() {
        JsonNode removed =
                Kustomization.production()
                        .traefik("Middleware", "strip-forwarded-target")
                        .at("/headers/customRequestHeaders");

        assertThat(names(removed))
                .containsExactlyInAnyOrder(
                        "X-Forwarded-Host", "X-Forwarded-Method", "X-Forwarded-Uri");
        assertThat(removed).allSatisfy(value -> assertThat(value.asText()).isEmpty());
    }

    @Test
    void retriesOnceAfterTenthOfSecond() {
        JsonNode retry = Kustomization.production().traefik("Middleware", "retry").path("retry");

        assertThat(retry.path("attempts").asInt()).isEqualTo(2);
        assertThat(retry.path("initialInterval").asText()).isEqualTo("100ms");
        assertThat(retry.has("status")).isFalse();
    }

    @Test
    void routesOutpostPagesToGuardWithoutLogin() {
        JsonNode route =
                Kustomization.production().traefik("IngressRoute", "outpost").at("/routes/0");
        Service service = Kustomization.production().only(Service.class, "authentik-guard");

        assertThat(route.path("match").asText())
                .isEqualTo(
                        "PathPrefix(`/outpost.goauthentik.io/`)"
                                + " && !PathPrefix(`/outpost.goauthentik.io/auth/`)");
        assertThat(route.path("priority").asInt()).isGreaterThan(10_000);
        assertThat(route.at("/services/0/name").asText())
                .isEqualTo(service.getMetadata().getName());
        assertThat(route.at("/services/0/port").asText())
                .isEqualTo(service.getSpec().getPorts().getFirst().getName());
        assertThat(route.path("middlewares"))
                .extracting(
                        each -> each.path("namespace").asText() + "/" + each.path("name").asText())
                .containsExactly("traefik/public");
    }

    @Test
    void usesExistingChainsInExamples() {
        Rendered example = Kustomization.of("components/traefik/example");
        JsonNode route = example.traefik("IngressRoute", "wiki").at("/routes/0/middlewares/0");
        String annotation =
                example.nodes().stream()
                        .map(
                                each ->
                                        each.at(
                                                "/metadata/annotations/traefik.ingress.kubernetes"
                                                        + ".io~1router.middlewares"))
                        .filter(each -> !each.isMissingNode())
                        .findFirst()
                        .orElseThrow()
                        .asText();

        assertThat(reference(route.path("namespace").asText(), route.path("name").asText()))
                .isEqualTo("traefik-protected@kubernetescrd");
        assertThat(annotation).isEqualTo("traefik-public@kubernetescrd");
        assertThat(Kustomization.production().traefik().stream().map(TraefikIT::reference))
                .contains("traefik-protected@kubernetescrd", annotation);
    }

    private static JsonNode forwardAuth(String middleware) {
        return Kustomization.production().traefik("Middleware", middleware).path("forwardAuth");
    }

    /** The middlewares of a chain, in order, with nested chains flattened. */
    private static List<String> flat(String middleware) {
        JsonNode chain = Kustomization.production().traefik("Middleware", middleware).path("chain");
        if (chain.isMissingNode()) {
            return List.of(middleware);
        }
        return Stream.of(chain.path("middlewares"))
                .flatMap(each -> texts(each, "name").stream())
                .flatMap(name -> flat(name).stream())
                .toList();
    }

    private static String fallbackHeader(GuardCode code) {
        return String.valueOf(
                code.constant("dev.forwardguard.guard.AuthResponse", "FALLBACK_HEADER"));
    }

    private static String reference(ObjectNode object) {
        return reference(
                object.at("/metadata/namespace").asText(), object.at("/metadata/name").asText());
    }

    private static String reference(String namespace, String name) {
        return namespace + "-" + name + "@kubernetescrd";
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static List<String> texts(JsonNode array, String field) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.path(field).asText()));
        return texts;
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
