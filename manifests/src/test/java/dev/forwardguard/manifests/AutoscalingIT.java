package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Replicas of a Deployment that an autoscaler takes over, on a real API server. */
class AutoscalingIT {
    private static final Pattern TAKE_OVER =
            Pattern.compile("for guard in [^\n]*\n[^\n]*view-last-applied.*?done", Pattern.DOTALL);

    @TempDir private static Path directory;
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.bare(directory);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** Without the manual's command this apply would run one replica. */
    @Test
    void keepsReplicasThatApplyHasSet() {
        cluster.apply(Kustomization.of("base").nodes());
        assertThat(replicas()).isEqualTo("2 2");

        run(takeOver());
        cluster.apply(withAutoscaler());

        assertThat(replicas()).isEqualTo("2 2");
    }

    /** What an autoscaler does. */
    @Test
    void laterApplyDoesNotScaleDown() {
        cluster.apply(withAutoscaler());
        for (String guard : Choices.GUARDS) {
            cluster.kubectl("scale", "--replicas=5", "--namespace=" + guard, "deployment/" + guard);
        }

        cluster.apply(withAutoscaler());

        assertThat(replicas()).isEqualTo("5 5");
    }

    private static List<ObjectNode> withAutoscaler() {
        return Kustomization.of("base", List.of("components/autoscaling")).nodes();
    }

    private static String takeOver() {
        var command = TAKE_OVER.matcher(Manual.of("manifests/README.md").text());
        assertThat(command.find()).isTrue();
        return command.group();
    }

    private static void run(String command) {
        var variables = Map.of("KUBECONFIG", cluster.server().kubeconfig().toString());
        try (var shell =
                Program.installed("sh", "dash").start(directory, variables, "-c", command)) {
            int status = shell.awaitExit(Duration.ofMinutes(1));
            assertThat(status).as("%s", shell.output()).isZero();
        }
    }

    private static String replicas() {
        return cluster.kubectl(
                "get",
                "deployments",
                "--all-namespaces",
                "--output=jsonpath={.items[*].spec.replicas}");
    }
}
