package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The snapshots of etcd, and the way back. */
class SnapshotsIT {
    @TempDir private Path directory;

    @Test
    void keepsTheLastFourteen() throws IOException {
        for (int day = 1; day <= 20; day++) {
            Files.createFile(directory.resolve("2020-01-%02dT03-17-00Z.db".formatted(day)));
        }
        Files.createFile(directory.resolve("another"));
        Files.writeString(directory.resolve("new"), "newest");

        keep();

        assertThat(snapshots())
                .hasSize(14)
                .startsWith("2020-01-08T03-17-00Z.db")
                .contains("2020-01-20T03-17-00Z.db");
        assertThat(directory.resolve(snapshots().getLast())).hasContent("newest");
        assertThat(directory.resolve("another")).exists();
        assertThat(directory.resolve("new")).doesNotExist();
    }

    @Test
    void keepsTheFirst() throws IOException {
        Files.writeString(directory.resolve("new"), "first");

        keep();

        assertThat(snapshots()).hasSize(1);
    }

    /**
     * The steps of the manual: a snapshot, a change, the loss of the volume, and the snapshot in
     * the place of the database.
     */
    @Test
    void gatewayFollowsRestoredDatabase() throws IOException {
        Certificates certificates = Certificates.in(directory);
        try (var etcd = RenderedEtcd.start(directory, certificates, Loopback.freePort());
                var gateway = RenderedGateway.start(directory, edge(), certificates, etcd.port())) {
            var users = new EdgeUsers(directory, certificates, List.of(etcd));
            users.setUp();
            EdgeRoutes tool = users.tool("routes");
            apply(tool, gateway, "before");
            assertThat(save(etcd, certificates)).contains("Snapshot saved");
            apply(tool, gateway, "lost");
            assertThat(gateway.status("websecure", "/lost")).isEqualTo("200");

            etcd.process().kill();
            Files.move(etcd.volume(), directory.resolve("lost"));
            restore(etcd);
            etcd.restart();

            gateway.process().await("old route", () -> isServed(gateway, "before"));
            assertThat(gateway.status("websecure", "/lost")).isEqualTo("404");
            apply(tool, gateway, "after");
            assertThat(gateway.status("websecure", "/after")).isEqualTo("200");
        }
    }

    /** The one route. */
    private void apply(EdgeRoutes tool, RenderedGateway gateway, String name) throws IOException {
        String yaml =
                "http: {routers: {site: {rule: Path(`/%s`), service: ping@internal}}}\n"
                        .formatted(name);
        Path file = Files.writeString(directory.resolve("site.yaml"), yaml);
        String canary = "http://127.0.0.1:" + gateway.port("canary");
        tool.succeed("apply", file.toString(), "--prune", "--wait", canary);
    }

    private static boolean isServed(RenderedGateway gateway, String name) {
        return gateway.status("websecure", "/" + name).equals("200");
    }

    /** Saves a snapshot, and checks it, as the first two containers do. */
    private String save(RenderedEtcd etcd, Certificates certificates) {
        Map<String, String> here = new LinkedHashMap<>(etcd.here());
        here.put("/etc/etcdctl/tls", certificates.of("edge-routes-etcd-tls").toString());
        here.put("/snapshots", directory.toString());
        var job = Workload.of(edge(), "etcd-snapshots");
        var login = Map.of("ETCDCTL_USER", "root", "ETCDCTL_PASSWORD", "password of root");
        return run("etcdctl", login, job.arguments("save", here))
                + run("etcdutl", Map.of(), job.arguments("check", here));
    }

    private void restore(RenderedEtcd etcd) {
        Map<String, String> here = new LinkedHashMap<>(etcd.here());
        here.put("/snapshots/SNAPSHOT-NAME", directory.resolve("new").toString());
        run("etcdutl", Map.of(), Workload.of(restore(), "etcd-restore").arguments(here));
    }

    private String run(String program, Map<String, String> variables, List<String> arguments) {
        String[] all = arguments.toArray(String[]::new);
        try (var process = Program.built(program).start(directory, variables, all)) {
            assertThat(process.awaitExit(Duration.ofMinutes(1))).as(process.output()).isZero();
            return process.output();
        }
    }

    private static Rendered edge() {
        return Kustomization.of("overlays/edge", List.of("components/edge/snapshots"));
    }

    private static Rendered restore() {
        return Kustomization.of("components/edge/snapshots/restore");
    }

    /** What the last container runs, after the other two have saved a snapshot and checked it. */
    private void keep() {
        Container container =
                Workload.of(edge(), "etcd-snapshots").pod().getContainers().getFirst();
        assertThat(container.getCommand()).startsWith("sh");
        List<String> options = container.getCommand().subList(1, container.getCommand().size());
        String[] arguments =
                Stream.concat(options.stream(), container.getArgs().stream())
                        .toArray(String[]::new);
        var variables = Map.of("SNAPSHOTS", directory.toString());
        try (var shell = Program.installed("sh", "dash").start(directory, variables, arguments)) {
            int status = shell.awaitExit(Duration.ofMinutes(1));
            assertThat(status).as("%s", shell.output()).isZero();
        }
    }

    private List<String> snapshots() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(each -> String.valueOf(each.getFileName()))
                    .filter(each -> each.endsWith(".db"))
                    .sorted()
                    .toList();
        }
    }

    /** Otherwise etcd would not start with what was restored. */
    @Test
    void restoresWhatTheStatefulSetExpects() {
        List<String> member =
                Workload.of(edge(), "etcd").arguments(Map.of("$(POD_NAME)", "etcd-0"));
        List<String> restore = Workload.of(restore(), "etcd-restore").arguments(Map.of());
        StatefulSet etcd =
                edge().all(StatefulSet.class).stream()
                        .filter(each -> each.getMetadata().getName().equals("etcd"))
                        .findFirst()
                        .orElseThrow();
        var claim = etcd.getSpec().getVolumeClaimTemplates().getFirst();

        assertThat(restore)
                .containsAll(
                        member.stream()
                                .filter(
                                        each ->
                                                each.matches(
                                                        "--(name|data-dir|initial-cluster"
                                                                + "|initial-cluster-token"
                                                                + "|initial-advertise-peer-urls)"
                                                                + "=.*"))
                                .toList())
                .contains("--bump-revision=1000000000", "--mark-compacted");
        assertThat(restore().all(PersistentVolumeClaim.class))
                .singleElement()
                .satisfies(
                        each -> {
                            assertThat(each.getMetadata().getName())
                                    .isEqualTo(claim.getMetadata().getName() + "-etcd-0");
                            assertThat(each.getSpec()).isEqualTo(claim.getSpec());
                        });
        assertThat(Workload.of(restore(), "etcd-restore").containers().getFirst().getImage())
                .isEqualTo(Workload.of(edge(), "etcd").containers().getFirst().getImage());
    }
}
