package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.forwardguard.servers.rendered.HelmValues;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The connections that the network policies allow to and from the guards. */
class NetworkPoliciesIT {
    static final List<String> GUARDS = Choices.GUARDS;

    private static final String NAMESPACE = "kubernetes.io/metadata.name";
    private static final String HOST_NETWORK = "components/network-policy/host-network";

    /** Of pods: OpenShift's resolvers have another one than all others. */
    private static final List<String> DNS = List.of("anywhere 53", "anywhere 5353");

    /** Of the Service, and of servers: nearly all, minikube, MicroK8s. */
    private static final List<String> API_SERVER =
            List.of("anywhere 443", "anywhere 6443", "anywhere 8443", "anywhere 16443");

    @ParameterizedTest
    @FieldSource("GUARDS")
    void allowsOnlyTraefikAndScrapingIn(String guard) {
        assertThat(allowedIn(Kustomization.production(), guard))
                .containsExactlyInAnyOrder(
                        "traefik/traefik " + port(guard, "guard"),
                        "any pod " + port(guard, "management"));
    }

    /** Selectors do not match a Traefik on the host's network. */
    @ParameterizedTest
    @FieldSource("GUARDS")
    void allowsNodesInWithHostNetwork(String guard) {
        List<String> component = List.of(HOST_NETWORK);
        Rendered everywhere = Kustomization.of("overlays/production", component);
        Rendered own =
                Kustomization.overlay(
                        "production with host-network and its patch",
                        "overlays/production",
                        component,
                        Choices.toCopy(HOST_NETWORK));

        assertThat(added(everywhere, guard))
                .containsExactlyInAnyOrder(
                        "10.0.0.0/8 " + port(guard, "guard"),
                        "100.64.0.0/10 " + port(guard, "guard"),
                        "172.16.0.0/12 " + port(guard, "guard"),
                        "192.168.0.0/16 " + port(guard, "guard"),
                        "fc00::/7 " + port(guard, "guard"));
        assertThat(added(own, guard)).containsExactly("192.0.2.0/24 " + port(guard, "guard"));
    }

    /** What an overlay lets in besides what production does. */
    private static Set<String> added(Rendered rendered, String guard) {
        Set<String> allowed = allowedIn(rendered, guard);
        Set<String> before = allowedIn(Kustomization.production(), guard);
        assertThat(allowed).containsAll(before);
        allowed.removeAll(before);
        return allowed;
    }

    /** Peer and port of every connection that a guard accepts. */
    private static Set<String> allowedIn(Rendered rendered, String guard) {
        Set<String> allowed = new TreeSet<>();
        for (NetworkPolicy policy : policies(rendered, guard)) {
            for (var rule : policy.getSpec().getIngress()) {
                for (NetworkPolicyPort port : rule.getPorts()) {
                    rule.getFrom()
                            .forEach(peer -> allowed.add(describe(peer) + " " + number(port)));
                }
                assertThat(rule.getFrom()).as("an empty list allows all peers").isNotEmpty();
                assertThat(rule.getPorts()).as("an empty list allows all ports").isNotEmpty();
            }
        }
        return allowed;
    }

    @ParameterizedTest
    @FieldSource("GUARDS")
    void deniesEverythingElse(String guard) {
        assertThat(policies(guard))
                .filteredOn(
                        each ->
                                each.getSpec().getPodSelector().equals(new LabelSelector())
                                        && each.getSpec().getIngress().isEmpty()
                                        && each.getSpec().getEgress().isEmpty())
                .singleElement()
                .extracting(each -> Set.copyOf(each.getSpec().getPolicyTypes()))
                .isEqualTo(Set.of("Ingress", "Egress"));
    }

    @ParameterizedTest
    @FieldSource("GUARDS")
    void allowsOnlyDnsUpstreamAndApiServerOut(String guard) throws IOException {
        Set<String> allowed = allowedOut(guard);

        URI upstream = upstream(guard);
        assertThat(allowed)
                .contains(upstream.getHost().split("\\.", -1)[1] + " " + upstream.getPort())
                .containsAll(DNS);
        assertThat(allowed.containsAll(API_SERVER)).isEqualTo(guard.equals("authentik-guard"));
        assertThat(allowed).hasSize(guard.equals("authentik-guard") ? 7 : 3);
    }

    @Test
    void allowsLoginHealthOut() throws IOException {
        URI health = setting("authentik-guard", "/upstream/login-health-url");

        assertThat(health.getPath()).isEqualTo("/-/health/ready/");
        assertThat(health.getAuthority()).isEqualTo(upstream("authentik-guard").getAuthority());
        assertThat(allowedOut("authentik-guard"))
                .contains(health.getHost().split("\\.", -1)[1] + " " + health.getPort());
    }

    /** Namespace and port of every connection that a guard may open. */
    private static Set<String> allowedOut(String guard) {
        Set<String> allowed = new TreeSet<>();
        for (NetworkPolicy policy : policies(guard)) {
            for (var rule : policy.getSpec().getEgress()) {
                for (NetworkPolicyPort port : rule.getPorts()) {
                    Stream<String> peers =
                            rule.getTo().isEmpty()
                                    ? Stream.of("anywhere")
                                    : rule.getTo().stream().map(NetworkPoliciesIT::namespace);
                    peers.forEach(peer -> allowed.add(peer + " " + number(port)));
                }
                assertThat(rule.getPorts()).as("an empty list allows all ports").isNotEmpty();
            }
        }
        return allowed;
    }

    @ParameterizedTest
    @FieldSource("GUARDS")
    void selectsPodsOfGuard(String guard) {
        var labels = deployment(guard).getSpec().getTemplate().getMetadata().getLabels();

        assertThat(policies(guard))
                .hasSizeGreaterThan(4)
                .allSatisfy(
                        each -> {
                            var selector = each.getSpec().getPodSelector();
                            assertThat(
                                            selector.equals(new LabelSelector())
                                                    || Rendered.selects(selector, labels))
                                    .isTrue();
                            assertThat(each.getSpec().getPolicyTypes())
                                    .hasSize(
                                            each.getMetadata().getName().equals("deny-all")
                                                    ? 2
                                                    : 1);
                        });
    }

    /** The policies and the Helm values rely on the same label of Traefik's pods. */
    @Test
    void matchesTraefikLabelOfHelmValues() {
        var values = HelmValues.withLists("traefik");

        assertThat(
                        values.at("/topologySpreadConstraints/0/labelSelector/matchLabels")
                                .path("app.kubernetes.io/name")
                                .asText())
                .isEqualTo("traefik");
    }

    private static List<NetworkPolicy> policies(String guard) {
        return policies(Kustomization.production(), guard);
    }

    private static List<NetworkPolicy> policies(Rendered rendered, String guard) {
        return rendered.all(NetworkPolicy.class).stream()
                .filter(each -> each.getMetadata().getNamespace().equals(guard))
                .toList();
    }

    /** Namespace and name of the pods. Both must be in one peer: two peers would mean "or". */
    private static String describe(NetworkPolicyPeer peer) {
        if (peer.getIpBlock() != null) {
            assertThat(peer.getIpBlock().getExcept()).isEmpty();
            return peer.getIpBlock().getCidr();
        }
        if (peer.getNamespaceSelector().equals(new LabelSelector())) {
            assertThat(peer.getPodSelector()).isNull();
            return "any pod";
        }
        Map<String, String> pods = peer.getPodSelector().getMatchLabels();
        assertThat(pods).hasSize(1);
        return namespace(peer) + "/" + pods.get("app.kubernetes.io/name");
    }

    private static String namespace(NetworkPolicyPeer peer) {
        assertThat(peer.getIpBlock()).isNull();
        Map<String, String> labels = peer.getNamespaceSelector().getMatchLabels();
        assertThat(labels).containsOnlyKeys(NAMESPACE);
        return String.valueOf(labels.get(NAMESPACE));
    }

    private static int number(NetworkPolicyPort port) {
        return port.getPort().getIntVal();
    }

    private static int port(String guard, String name) {
        return DeploymentsIT.guard(deployment(guard)).getPorts().stream()
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getContainerPort();
    }

    private static Deployment deployment(String guard) {
        return Kustomization.production().only(Deployment.class, guard);
    }

    private static URI upstream(String guard) throws IOException {
        return setting(guard, "/upstream/url");
    }

    private static URI setting(String guard, String key) throws IOException {
        String settings =
                Kustomization.production().only(ConfigMap.class, guard).getData().get("guard.yml");
        return URI.create(new YAMLMapper().readTree(settings).at(key).asText());
    }
}
