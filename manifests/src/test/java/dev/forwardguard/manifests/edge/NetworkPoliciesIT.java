package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.Choices;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The connections that the network policies allow in the namespace {@code edge}. */
class NetworkPoliciesIT {
    private static final String NAME = "app.kubernetes.io/name";

    private static Set<String> into(Rendered rendered) {
        Set<String> allowed = new TreeSet<>();
        for (NetworkPolicy policy : rendered.all(NetworkPolicy.class)) {
            for (var rule : policy.getSpec().getIngress()) {
                assertThat(rule.getPorts()).as("an empty list allows all ports").isNotEmpty();
                for (String peer : peers(rule.getFrom())) {
                    rule.getPorts().forEach(port -> allowed.add(peer + to(policy) + number(port)));
                }
            }
        }
        return allowed;
    }

    private static Set<String> outOf(Rendered rendered) {
        Set<String> allowed = new TreeSet<>();
        for (NetworkPolicy policy : rendered.all(NetworkPolicy.class)) {
            for (var rule : policy.getSpec().getEgress()) {
                for (String peer : peers(rule.getTo())) {
                    for (String port : ports(rule.getPorts())) {
                        allowed.add(to(policy).substring(4) + "> " + peer + " " + port);
                    }
                }
            }
        }
        return allowed;
    }

    private static String to(NetworkPolicy policy) {
        Map<String, String> pods = policy.getSpec().getPodSelector().getMatchLabels();
        return " to " + (pods.isEmpty() ? "all" : String.join(",", pods.values())) + " ";
    }

    private static List<String> peers(List<NetworkPolicyPeer> peers) {
        return peers.isEmpty()
                ? List.of("anywhere")
                : peers.stream().map(NetworkPoliciesIT::describe).toList();
    }

    private static String describe(NetworkPolicyPeer peer) {
        assertThat(peer.getIpBlock()).isNull();
        if (peer.getPodSelector() == null) {
            assertThat(peer.getNamespaceSelector().getMatchLabels()).isEmpty();
            return "cluster";
        }
        String pods = String.valueOf(peer.getPodSelector().getMatchLabels().get(NAME));
        if (peer.getNamespaceSelector() == null) {
            return pods;
        }
        return String.join("", peer.getNamespaceSelector().getMatchLabels().values()) + "/" + pods;
    }

    private static List<String> ports(List<NetworkPolicyPort> ports) {
        return ports.isEmpty()
                ? List.of("all")
                : ports.stream().map(NetworkPoliciesIT::number).distinct().toList();
    }

    private static String number(NetworkPolicyPort port) {
        return String.valueOf(port.getPort().getIntVal());
    }

    @Test
    void allowsOnlyWhatIsNeededIn() {
        assertThat(into(Kustomization.of("overlays/edge")))
                .containsExactlyInAnyOrder(
                        "anywhere to gateway 8000",
                        "anywhere to gateway 8443",
                        "edge-routes to gateway 8082",
                        "edge-routes to etcd 2379",
                        "gateway to etcd 2379",
                        "gateway to test-service 8080");
    }

    @Test
    void allowsOnlyWhatIsNeededOut() {
        assertThat(outOf(Kustomization.of("overlays/edge")))
                .containsExactlyInAnyOrder(
                        "all > anywhere 53",
                        "all > anywhere 5353",
                        "edge-routes > etcd 2379",
                        "edge-routes > gateway 8082",
                        "gateway > cluster all");
    }

    @Test
    void allowsWhatComponentsNeed() {
        Set<String> base = into(Kustomization.of("overlays/edge"));
        Rendered all = Kustomization.of("overlays/edge", Choices.edgeComponents());

        assertThat(into(all))
                .containsAll(base)
                .filteredOn(each -> !base.contains(each))
                .containsExactlyInAnyOrder(
                        "etcd to etcd 2380",
                        "gateway to etcd 2381",
                        "etcd-snapshots to etcd 2379",
                        "cluster to etcd 2381",
                        "cluster to gateway 8083",
                        "cluster to edge-status 9090",
                        "monitoring/prometheus-blackbox-exporter to gateway 8082",
                        "gateway-trial to etcd 2379",
                        "gateway-trial to etcd 2381",
                        "edge-routes to gateway-trial 8082");
        assertThat(outOf(all))
                .contains("etcd > etcd 2380", "etcd-snapshots > etcd 2379")
                .contains("gateway-trial > etcd 2379", "gateway-trial > etcd 2381")
                .contains(
                        "edge-routes > gateway-trial 8082",
                        "edge-heal > anywhere 443",
                        "edge-heal > anywhere 6443",
                        "edge-heal > anywhere 8443",
                        "edge-heal > anywhere 16443");
    }

    @Test
    void deniesEverythingElse() {
        assertThat(Kustomization.of("overlays/edge").all(NetworkPolicy.class))
                .filteredOn(each -> each.getMetadata().getName().equals("deny-all"))
                .singleElement()
                .satisfies(
                        each -> {
                            assertThat(each.getSpec().getPolicyTypes())
                                    .containsExactlyInAnyOrder("Ingress", "Egress");
                            assertThat(to(each)).isEqualTo(" to all ");
                            assertThat(each.getSpec().getIngress()).isEmpty();
                            assertThat(each.getSpec().getEgress()).isEmpty();
                        });
    }

    /** Where everything else to the guards is denied. */
    @Test
    void letsGatewaysReachGuards() {
        Set<String> allowed =
                into(
                        Kustomization.of(
                                "base",
                                List.of("components/network-policy", "components/edge/guards")));

        assertThat(allowed)
                .contains(
                        "edge/gateway to bot-block-guard 8080",
                        "edge/gateway to authentik-guard 9000");
        assertThat(Stream.of("bot-block-guard 8080", "authentik-guard 9000"))
                .allMatch(each -> allowed.contains("traefik/traefik to " + each));
    }
}
