package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.rendered.HelmValues;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.Service;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Traefik's middlewares for the guards, and how they change requests. */
class TraefikIT {
    private static final String FORWARD_AUTH = "guard-authentik";

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
            assertThat(texts(forwardAuth("guard-bot-block").path("authResponseHeaders")))
                    .containsExactly(fallbackHeader(code));
        }
    }

    @Test
    void removesIdentityHeadersOfVisitors() throws IOException {
        try (var code = GuardCode.of("authentik-guard")) {
            JsonNode removed =
                    Kustomization.production()
                            .traefik("Middleware", "guard-strip-identity-headers")
                            .at("/headers/customRequestHeaders");

            assertThat(names(removed)).containsExactlyInAnyOrderElementsOf(code.identityHeaders());
            assertThat(removed).allSatisfy(value -> assertThat(value.asText()).isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({"guard-bot-block, bot-block-guard", "guard-authentik, authentik-guard"})
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
        assertThat(forwardAuth.has("preserveRequestMethod")).isFalse();
        assertThat(forwardAuth.has("forwardBody")).isFalse();
    }

    /** Traefik allocates this much for each auth request, and answers 401 to a longer body. */
    @ParameterizedTest
    @ValueSource(strings = {"guard-bot-block", FORWARD_AUTH})
    void allocatesLittleForAuthRequest(String middleware) {
        assertThat(forwardAuth(middleware).path("maxResponseBodySize").asInt())
                .isEqualTo(32 * 1024);
    }

    /**
     * Guards' answers reach visitors as they are only if nothing that changes responses comes
     * before a ForwardAuth, and each guard is asked once only if retry comes after both.
     */
    @Test
    void ordersChains() {
        assertThat(chain("guard-site-public"))
                .containsExactly(
                        "guard-rate-limit",
                        "guard-strip-identity-headers",
                        "guard-bot-block",
                        "guard-anti-ai-headers",
                        "guard-csp-headers",
                        "guard-strip-accept-encoding",
                        "guard-retry");
        assertThat(chain("guard-site-protected"))
                .containsExactly(
                        "guard-rate-limit",
                        "guard-strip-identity-headers",
                        "guard-bot-block",
                        "guard-strip-forwarded-target",
                        FORWARD_AUTH,
                        "guard-anti-ai-headers",
                        "guard-csp-headers",
                        "guard-strip-accept-encoding",
                        "guard-retry");
    }

    /** Chains without policies have only the guards, and what must not come from visitors. */
    @Test
    void guardsWithoutPolicies() {
        Rendered both = Kustomization.of("base", List.of("components/traefik"));

        assertThat(chain(both, "guard-public"))
                .containsExactly("guard-strip-identity-headers", "guard-bot-block");
        assertThat(chain(both, "guard-protected"))
                .containsExactly(
                        "guard-strip-identity-headers",
                        "guard-bot-block",
                        "guard-strip-forwarded-target",
                        FORWARD_AUTH);
        assertThat(chain(both, "guard-outpost"))
                .containsExactly("guard-strip-identity-headers", "guard-bot-block");
    }

    @Test
    void guardsWithOneGuardOnly() {
        Rendered bots = part("bot-block-guard");
        Rendered logins = part("authentik-guard");

        assertThat(chain(bots, "guard-public"))
                .containsExactly("guard-strip-identity-headers", "guard-bot-block");
        assertThat(middlewares(bots))
                .containsExactlyInAnyOrder(
                        "guard-strip-identity-headers", "guard-bot-block", "guard-public");
        assertThat(chain(logins, "guard-protected"))
                .containsExactly(
                        "guard-strip-identity-headers",
                        "guard-strip-forwarded-target",
                        FORWARD_AUTH);
        assertThat(chain(logins, "guard-outpost")).containsExactly("guard-strip-identity-headers");
        assertThat(middlewares(logins)).doesNotContain("guard-bot-block", "guard-public");
    }

    /** In the other order, guard-protected would silently lack bot-block-guard. */
    @Test
    void rendersPartsInOneOrderOnly() {
        String first = "components/traefik/authentik-guard";
        String second = "components/traefik/bot-block-guard";

        assertThat(Set.copyOf(Kustomization.of("base", List.of(first, second)).nodes()))
                .isEqualTo(
                        Set.copyOf(
                                Kustomization.of("base", List.of("components/traefik")).nodes()));
        assertThatThrownBy(() -> Kustomization.of("base", List.of(second, first)))
                .hasMessageContainingAll(
                        "may not add resource with an already registered id",
                        "guard-strip-identity-headers");
        assertThat(Manual.of("manifests/README.md").text())
                .contains("may not add resource with an already registered id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    void refusesPoliciesWithOneGuardOnly(String guard) {
        List<String> components =
                List.of("components/traefik/" + guard, "components/traefik/site-policies");

        assertThatThrownBy(() -> Kustomization.of("base/" + guard, components))
                .hasMessageContaining("failed to find unique target for patch");
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void refersToItsOwnMiddlewaresOnly(Rendered rendered) {
        List<String> own = middlewares(rendered);

        assertThat(own).allMatch(name -> name.startsWith("guard-"));
        for (String name : own) {
            assertThat(chain(rendered, name)).as(name).isSubsetOf(own);
        }
        for (ObjectNode object : rendered.traefik()) {
            for (JsonNode route : object.at("/spec/routes")) {
                assertThat(texts(route.path("middlewares"), "name")).isSubsetOf(own);
            }
        }
    }

    /** What no chain and no route needs would be there for nothing. */
    @Test
    void usesEveryMiddleware() {
        Set<String> used = new HashSet<>(chain("guard-site-protected"));
        used.addAll(List.of("guard-public", "guard-protected", "guard-outpost"));
        used.addAll(List.of("guard-site-public", "guard-site-protected"));

        assertThat(middlewares(Kustomization.production()))
                .containsExactlyInAnyOrderElementsOf(used);
    }

    /** Traefik trusts these headers from {@code trustedIPs}, and authentik decides by them. */
    @Test
    void removesForwardedTargetOfVisitors() {
        JsonNode removed =
                Kustomization.production()
                        .traefik("Middleware", "guard-strip-forwarded-target")
                        .at("/headers/customRequestHeaders");

        assertThat(names(removed))
                .containsExactlyInAnyOrder(
                        "X-Forwarded-Host", "X-Forwarded-Method", "X-Forwarded-Uri");
        assertThat(removed).allSatisfy(value -> assertThat(value.asText()).isEmpty());
    }

    @Test
    void retriesOnceAfterTenthOfSecond() {
        JsonNode retry =
                Kustomization.production().traefik("Middleware", "guard-retry").path("retry");

        assertThat(retry.path("attempts").asInt()).isEqualTo(2);
        assertThat(retry.path("initialInterval").asText()).isEqualTo("100ms");
        assertThat(texts(retry.path("status"))).containsExactly("502", "503");
        assertThat(retry.path("maxRequestBodyBytes").asInt(-1)).isZero();
        assertThat(retry.has("retryNonIdempotentMethod")).isFalse();
    }

    /**
     * An older Traefik refuses more options, and files with them as a whole, or is broken there.
     */
    @Test
    void hasRetryForOlderTraefik() {
        Rendered older =
                Kustomization.overlay(
                        "homelab before 3.7.7",
                        "overlays/homelab",
                        List.of("components/traefik/before-3.7.7"),
                        "");

        assertThat(names(older.traefik("Middleware", "guard-retry").path("retry")))
                .containsExactlyInAnyOrder("attempts", "initialInterval");
    }

    /** Without the header, Traefik itself would ask the application for gzip. */
    @Test
    void asksApplicationsNotToCompress() {
        JsonNode headers =
                Kustomization.production()
                        .traefik("Middleware", "guard-strip-accept-encoding")
                        .at("/headers/customRequestHeaders");

        assertThat(names(headers)).containsExactly("Accept-Encoding");
        assertThat(headers.path("Accept-Encoding").asText()).isEqualTo("identity");
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
                .containsExactly("traefik/guard-outpost");
        assertThat(chain("guard-outpost"))
                .containsExactly(
                        "guard-rate-limit",
                        "guard-strip-identity-headers",
                        "guard-bot-block",
                        "guard-anti-ai-headers");
    }

    @Test
    void usesExistingChainsInExamples() throws IOException {
        JsonNode route =
                Kustomization.of("components/traefik/example")
                        .traefik("IngressRoute", "wiki")
                        .at("/routes/0/middlewares/0");
        String annotation = annotation("blog", "traefik.ingress.kubernetes.io/router.middlewares");

        assertThat(reference(route.path("namespace").asText(), route.path("name").asText()))
                .isEqualTo("traefik-guard-protected@kubernetescrd");
        assertThat(annotation).isEqualTo("traefik-guard-public@kubernetescrd");
        assertThat(Kustomization.production().traefik().stream().map(TraefikIT::reference))
                .contains("traefik-guard-protected@kubernetescrd", annotation);
        assertThat(
                        Files.readString(
                                Kustomization.MANIFESTS.resolve(
                                        "components/traefik/example/ingress.yaml")))
                .as("the name with safeNaming, too")
                .contains("traefik_guard-public@kubernetescrd");
    }

    /** What Traefik's provider for the annotations of ingress-nginx makes of them works. */
    @Test
    void asksGuardFromIngressNginxLikeMiddlewareDoes() {
        String prefix = "nginx.ingress.kubernetes.io/";

        assertThat(annotation("photos", prefix + "auth-url"))
                .isEqualTo(forwardAuth(FORWARD_AUTH).path("address").asText());
        assertThat(annotation("photos", prefix + "auth-response-headers").split(","))
                .containsExactlyElementsOf(
                        texts(forwardAuth(FORWARD_AUTH).path("authResponseHeaders")));
        assertThat(names(ingress("photos").at("/metadata/annotations"))).hasSize(2);
    }

    /** As an argument: older charts ignore it under {@code ports}, and nobody would notice. */
    @Test
    void removesAliasesOfHeadersAtEntryPoint() {
        JsonNode values = HelmValues.withLists("traefik");
        String entryPoint =
                Kustomization.production()
                        .traefik("IngressRoute", "outpost")
                        .at("/entryPoints/0")
                        .asText();

        assertThat(texts(values.path("additionalArguments")))
                .contains("--entryPoints." + entryPoint + ".http.aliasHeadersStrategy=delete");
        assertThat(values.toString()).doesNotContain("safeNaming");
    }

    private static String annotation(String ingress, String name) {
        return ingress(ingress).at("/metadata/annotations").path(name).asText();
    }

    private static JsonNode ingress(String name) {
        return Kustomization.of("components/traefik/example").nodes().stream()
                .filter(each -> each.path("kind").asText().equals("Ingress"))
                .filter(each -> each.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode forwardAuth(String middleware) {
        return Kustomization.production().traefik("Middleware", middleware).path("forwardAuth");
    }

    /** The middlewares of a chain, in order. */
    private static List<String> chain(String name) {
        return chain(Kustomization.production(), name);
    }

    private static List<String> chain(Rendered rendered, String name) {
        return texts(rendered.traefik("Middleware", name).at("/chain/middlewares"), "name");
    }

    /** The names of all middlewares. */
    private static List<String> middlewares(Rendered rendered) {
        return rendered.traefik().stream()
                .filter(each -> each.path("kind").asText().equals("Middleware"))
                .map(each -> each.at("/metadata/name").asText())
                .toList();
    }

    /** One guard, and its part of the component. */
    private static Rendered part(String guard) {
        return Kustomization.of("base/" + guard, List.of("components/traefik/" + guard));
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
