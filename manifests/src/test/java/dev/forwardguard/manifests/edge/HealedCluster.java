package dev.forwardguard.manifests.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.ApiServer;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Part;
import dev.forwardguard.servers.rendered.Kustomization;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The gateways of {@code overlays/edge} with the component heal, under real controllers, two nodes
 * of {@link Kubelet}, and a real etcd with authentication. Each installation has a namespace of its
 * own.
 */
final class HealedCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String HEAL = "components/edge/heal";
    private static final Set<String> NEEDED =
            Set.of("ServiceAccount", "Role", "RoleBinding", "Deployment", "DaemonSet");

    private final Deque<Runnable> ends = new ArrayDeque<>();
    private final Path directory;
    private final ApiServer server;
    private final Certificates certificates;
    private final HealedRoutes routes;
    private final Kubelet kubelet;
    private int installations;
    private String namespace = "";
    private @Nullable HealPod heal;

    HealedCluster(Path directory) throws IOException {
        this.directory = directory;
        server = ApiServer.start(Files.createDirectory(directory.resolve("kubernetes")));
        ends.push(server::close);
        Part controllers = server.controllers();
        ends.push(controllers::close);
        certificates = Certificates.in(directory);
        routes = new HealedRoutes(directory, certificates);
        ends.push(routes::close);
        kubelet = new Kubelet(server, directory, routes.port(), certificates);
        ends.push(kubelet::close);
    }

    ApiServer server() {
        return server;
    }

    HealedRoutes routes() {
        return routes;
    }

    Kubelet kubelet() {
        return kubelet;
    }

    String namespace() {
        return namespace;
    }

    /** Installs two gateways as a Deployment, and waits until they are ready. */
    void installDeployment() {
        install(List.of(HEAL), UnaryOperator.identity());
    }

    /** The same as a DaemonSet. */
    void installDaemonSet() {
        install(List.of("components/edge/daemon-set", HEAL), UnaryOperator.identity());
    }

    /** The same as a DaemonSet that cannot surge, as one whose pods use ports of their nodes. */
    void installDaemonSetWithoutSurge() {
        install(
                List.of("components/edge/daemon-set", HEAL),
                object -> {
                    if (object.path("kind").asText().equals("DaemonSet")) {
                        object.withObject("/spec/updateStrategy/rollingUpdate")
                                .put("maxUnavailable", 1)
                                .put("maxSurge", 0);
                    }
                    return object;
                });
    }

    private void install(List<String> components, UnaryOperator<ObjectNode> change) {
        remove();
        kubelet.forget();
        namespace = "edge-" + ++installations;
        server.kubectl("create", "namespace", namespace);
        server.kubectl(
                "label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
        List<String> objects =
                Kustomization.of("overlays/edge", components).nodes().stream()
                        .filter(each -> NEEDED.contains(each.path("kind").asText()))
                        .filter(
                                each ->
                                        Stream.of("gateway", "edge-heal")
                                                .anyMatch(
                                                        each.at("/metadata/name").asText()::equals))
                        .map(each -> change.apply(each.deepCopy()).toString())
                        .map(
                                each ->
                                        each.replace(
                                                "\"namespace\":\"edge\"",
                                                "\"namespace\":\"" + namespace + "\""))
                        .toList();
        apply(String.join("\n", objects));
        heal = new HealPod(directory, server, namespace, routes.port(), certificates);
        await("two ready gateways", () -> kubelet.gateways().size() == 2 && areReady());
    }

    private boolean areReady() {
        return server.kubectl(
                        "get",
                        "pods",
                        "--namespace=" + namespace,
                        "--output=jsonpath={.items[*].status.conditions[?(@.type==\"Ready\")].status}")
                .equals("True True");
    }

    /** Removes all pods of the last installation. */
    private void remove() {
        if (!namespace.isEmpty()) {
            server.kubectl("delete", "deployments,daemonsets", "--all", "--namespace=" + namespace);
            await("the end of all gateways", () -> kubelet.all().isEmpty());
        }
    }

    /** Applies objects in JSON. */
    void apply(String objects) {
        try {
            Path file = Files.writeString(directory.resolve("objects.json"), objects);
            server.kubectl("apply", "-f", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts heal with the rights of the component, for gateways that are behind for 2 s. */
    ChildProcess startHeal(String... options) {
        return Objects.requireNonNull(heal).start(options);
    }

    /** What came of a run. */
    record Healed(int status, String output) {}

    /** Runs heal to its end. */
    Healed heal(String... options) {
        try (var heal = startHeal(options)) {
            int status = heal.awaitExit(Duration.ofMinutes(3));
            return new Healed(status, heal.output());
        }
    }

    /** The generation of the gateways' Deployment or DaemonSet: it grows with each change. */
    String generation() {
        return server.kubectl(
                "get",
                "deployments,daemonsets",
                "--namespace=" + namespace,
                "--output=jsonpath={.items[*].metadata.generation}");
    }

    /** Waits for what controllers do. */
    void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("no " + what + "; " + kubelet.events());
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    @Override
    public void close() {
        ends.forEach(Runnable::run);
    }
}
