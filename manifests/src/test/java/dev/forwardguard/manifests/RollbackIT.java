package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The commands of the manuals that take a step back, as they stand, on a real API server. */
@BesideOthers
class RollbackIT {
    static final List<String> GUARDS = Choices.GUARDS;

    private static final Manual MANUAL = Manual.of("manifests/README.md");

    private static final String STEPS = "order-of-rollout-and-rollback";

    /** The columns of the table of steps. */
    private static final int ROLL_OUT = 2;

    private static final int ROLL_BACK = 3;

    private static final Pattern COMMAND = Pattern.compile("`(kubectl [^`]+)`");

    private static final String PRODUCTION = "overlays/production";

    /** What both ForwardAuths ask without the guards. */
    private static final List<String> UPSTREAMS =
            List.of(
                    "http://ak-outpost-authentik-embedded-outpost.authentik.svc.cluster.local:9000"
                            + "/outpost.goauthentik.io/auth/traefik",
                    "http://poison-fountain.poison-fountain.svc.cluster.local:8080/auth");

    private static final String OF_OTHERS =
            """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: of-others, namespace: poison-fountain}
            spec: {podSelector: {}}
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: of-others, namespace: poison-fountain}
            spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: x}}
            ---
            apiVersion: monitoring.coreos.com/v1
            kind: PodMonitor
            metadata: {name: of-others, namespace: poison-fountain}
            spec: {selector: {}, podMetricsEndpoints: [{port: x}]}
            """;

    @TempDir private static Path directory;
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(directory).withControllers();
        cluster.namespaces("traefik", "monitoring", "poison-fountain");
        cluster.kubectl("apply", "-f", cluster.file(OF_OTHERS));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** The commands in one cell of the table of steps. */
    private static String commands(int step, int column) {
        String row =
                MANUAL.section(STEPS)
                        .lines()
                        .filter(each -> each.startsWith("| %d |".formatted(step)))
                        .findFirst()
                        .orElseThrow();
        String commands =
                COMMAND.matcher(row.split("\\|", -1)[column])
                        .results()
                        .map(each -> each.group(1) + "\n")
                        .collect(Collectors.joining());
        assertThat(commands).as(row).isNotEmpty();
        return commands;
    }

    /** From the bottom up, after everything has been rolled out. */
    @Test
    void endsWithMiddlewaresThatAskTheUpstreams() {
        cluster.shell("kubectl apply -k manifests/" + PRODUCTION);
        assertThat(there()).isEqualTo(objects(PRODUCTION, ".*"));

        cluster.shell(MANUAL.commands("bypass-a-guard"));
        assertThat(asked()).isEqualTo(UPSTREAMS);

        // an overlay that has no components any more is its base
        cluster.shell(commands(4, ROLL_OUT) + commands(5, ROLL_BACK));
        Set<String> rest = objects(PRODUCTION, "Middleware|PriorityClass");
        Set<String> guards = objects("base", ".*");
        guards.addAll(rest);
        assertThat(there()).isEqualTo(guards);

        cluster.shell(commands(4, ROLL_BACK));
        assertThat(there()).isEqualTo(rest);
        assertThat(asked()).isEqualTo(UPSTREAMS);
        assertThat(cluster.kubectl("get", "-f", cluster.file(OF_OTHERS), "--output=name").lines())
                .as("what is not ours")
                .hasSize(3);
    }

    /** All objects of the guards, of the kinds that there are in production. */
    private static Set<String> there() {
        String kinds =
                Kustomization.production().nodes().stream()
                        .map(each -> each.path("kind").asText())
                        .distinct()
                        .collect(Collectors.joining(","));
        return new TreeSet<>(
                cluster.kubectl(
                                "get",
                                kinds,
                                "--all-namespaces",
                                "--selector=app.kubernetes.io/part-of=forward-guard",
                                "--output=go-template={{range .items}}{{.kind}}"
                                        + " {{with .metadata.namespace}}{{.}}{{end}}"
                                        + " {{.metadata.name}}\n{{end}}")
                        .lines()
                        .toList());
    }

    private static Set<String> objects(String kustomization, String kinds) {
        return Kustomization.of(kustomization).nodes().stream()
                .filter(each -> each.path("kind").asText().matches(kinds))
                .map(
                        each ->
                                "%s %s %s"
                                        .formatted(
                                                each.path("kind").asText(),
                                                each.at("/metadata/namespace").asText(),
                                                each.at("/metadata/name").asText()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the ForwardAuths ask now. */
    private static List<String> asked() {
        String addresses =
                cluster.kubectl(
                        "get",
                        "middlewares",
                        "--namespace=traefik",
                        "--output=jsonpath={.items[*].spec.forwardAuth.address}");
        return List.of(addresses.split(" ", -1));
    }

    @Test
    void endsBypassWithTheOverlay() {
        String path = Kustomization.MANIFESTS.resolve("overlays/homelab").toString();
        cluster.kubectl("apply", "-k", path);
        cluster.shell(MANUAL.commands("bypass-a-guard"));
        assertThat(cluster.succeeds("diff", "-k", path)).isFalse();

        cluster.kubectl("apply", "-k", path);

        // not at once: controllers may write a status just then
        cluster.await("an empty diff", () -> cluster.succeeds("diff", "-k", path));
    }

    @Test
    void givesPoisonFountainItsTierBack() {
        String namespace = "--namespace=poison-fountain";
        cluster.kubectl("create", "deployment", "poison-fountain", "--image=test", namespace);
        cluster.shell(commands(2, ROLL_OUT));
        assertThat(tiers()).isEqualTo("1-cluster 1-cluster");
        assertThat(cluster.succeeds("get", "pdb", "poison-fountain", namespace)).isTrue();

        cluster.shell(commands(2, ROLL_BACK));

        assertThat(tiers()).isEqualTo("4-aux 4-aux");
        assertThat(cluster.succeeds("get", "pdb", "poison-fountain", namespace)).isFalse();

        // and once more: the labels are those of the command before
        assertThatThrownBy(() -> cluster.shell(commands(2, ROLL_OUT)))
                .hasMessageContaining("conflict with \"kubectl-label\"");
        cluster.shell(commands(2, ROLL_OUT).strip() + " --force-conflicts");
        assertThat(tiers()).isEqualTo("1-cluster 1-cluster");
        assertThat(MANUAL.section(STEPS)).contains("`kubectl-label`", "`--force-conflicts`");
    }

    private static String tiers() {
        return cluster.kubectl(
                "get",
                "namespace/poison-fountain",
                "deployment/poison-fountain",
                "--namespace=poison-fountain",
                "--output=jsonpath={.items[*].metadata.labels.tier}");
    }

    /** Without a kubelet there is no new pod to wait for. */
    @ParameterizedTest
    @FieldSource("GUARDS")
    void goesBackOneVersion(String guard) {
        String commands =
                Manual.of("manifests/components/monitoring/README.md").commands("back-one-version");
        assertThat(commands)
                .startsWith("guard=authentik-guard\n")
                .endsWith("rollout status \"deployment/$guard\"\n");
        cluster.shell(commands(4, ROLL_OUT));

        String output =
                cluster.shell(
                        commands.replaceFirst("authentik-guard", guard).strip()
                                + " --timeout=1s || :");

        assertThat(output).contains("Waiting for deployment \"%s\" rollout".formatted(guard));
        String image = "ghcr.io/forward-guard/" + guard;
        assertThat(image(guard)).isEqualTo(image + ":0.1.0");

        // what is pinned in no overlay does not last
        cluster.shell(commands(4, ROLL_OUT));
        assertThat(image(guard)).isEqualTo(image + ":stable");
    }

    private static String image(String guard) {
        return cluster.kubectl(
                "get",
                "deployment/" + guard,
                "--namespace=" + guard,
                "--output=jsonpath={.spec.template.spec.containers[*].image}");
    }
}
