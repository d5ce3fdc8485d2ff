package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.BesideOthers;
import dev.forwardguard.servers.EdgeGateway;
import dev.forwardguard.servers.EtcdCertificates;
import dev.forwardguard.servers.EtcdCluster;
import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An etcd with TLS and authentication, as {@code edge-routes setup} makes it. */
@BesideOthers
final class EdgeAccountsIT {
    private static final String ROUTES =
            """
            http:
              routers:
                site: {rule: Path(`/site`), entryPoints: [web], service: site}
              services:
                site: {loadBalancer: {servers: [{url: "http://127.0.0.1:1"}]}}
            """;

    @TempDir private Path directory;

    @Test
    void etcd37() {
        playAll(Program.built("etcd"), false);
    }

    @Test
    void etcd34() {
        playAll(Program.installed("etcd", "etcd-server"), true);
    }

    private void playAll(Program program, boolean isOld) {
        var certificates = new EtcdCertificates(directory);
        write("root.password", "root's password\n");
        write("routes.password", "first");
        try (var etcd =
                EtcdCluster.start(program, directory, 1, Optional.of(certificates), List.of())) {
            EdgeRoutes root = tool(etcd, certificates, "root", "tool");
            EdgeRoutes routes = tool(etcd, certificates, "routes", "tool");

            assertThat(setup(root))
                    .contains(
                            "role gateway", "user routes", "authentication is on", "canary route");
            assertThat(setup(root)).isEqualTo("nothing to do\n");

            try (var gateway = EdgeGateway.start(directory, etcd, Optional.of(certificates))) {
                servesWhatTheToolWrites(routes, gateway, isOld);
                aPermissionThatIsMissingIsNamedAndMended(root, routes, gateway);
            }
            aWrongPasswordIsSaid(routes);
            aChangedPasswordIsFollowed(root, routes);
            aCommonNameIsSaid(tool(etcd, certificates, "routes", "gateway"));
        }
    }

    private String setup(EdgeRoutes root) {
        return root.succeed("setup", "--routes-password-file", file("routes.password"));
    }

    private void servesWhatTheToolWrites(EdgeRoutes routes, EdgeGateway gateway, boolean isOld) {
        String site = write("site.yaml", ROUTES);
        String canary = gateway.canary().toString();
        assertThat(routes.succeed("apply", site, "--wait", canary)).contains(canary + " serves");
        assertThat(routes.succeed("status", canary).contains("warning: etcd 3.4")).isFalse();
        assertThat(routes.succeed("diff", site).contains("warning: etcd 3.4")).isEqualTo(isOld);
    }

    private void aPermissionThatIsMissingIsNamedAndMended(
            EdgeRoutes root, EdgeRoutes routes, EdgeGateway gateway) {
        String other = write("other.yaml", ROUTES.replace("site", "other"));
        EdgeRoutes.Result denied = routes.run("apply", other, "--root", "elsewhere");
        assertThat(denied.status()).isEqualTo(3);
        assertThat(denied.output())
                .contains("permission denied", "readwrite elsewhere --prefix=true");

        assertThat(
                        root.succeed(
                                "setup",
                                "--routes-password-file",
                                file("routes.password"),
                                "--root",
                                "elsewhere"))
                .contains("permission of routes");
        assertThat(routes.succeed("apply", other, "--root", "elsewhere"))
                .contains("one transaction");
        assertThat(routes.succeed("apply", other, "--wait", gateway.canary().toString()))
                .contains("serves");
    }

    private void aWrongPasswordIsSaid(EdgeRoutes routes) {
        write("routes.password", "another");
        EdgeRoutes.Result result = routes.run("diff", file("site.yaml"));

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output()).isEqualTo("error: etcd refuses user and password of routes\n");
    }

    private void aChangedPasswordIsFollowed(EdgeRoutes root, EdgeRoutes routes) {
        assertThat(setup(root)).isEqualTo("password of routes\n");
        assertThat(setup(root)).isEqualTo("nothing to do\n");
        assertThat(routes.succeed("diff", file("site.yaml"))).contains("no difference");
    }

    private void aCommonNameIsSaid(EdgeRoutes named) {
        EdgeRoutes.Result result = named.run("diff", file("site.yaml"));

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output()).contains("the client certificate has a common name");
    }

    private EdgeRoutes tool(
            EtcdCluster etcd, EtcdCertificates certificates, String user, String certificate) {
        Map<String, String> variables = new HashMap<>();
        variables.put("EDGE_ETCD_ENDPOINTS", etcd.endpoints());
        variables.put("EDGE_ETCD_USER", user);
        variables.put("EDGE_ETCD_PASSWORD_FILE", file(user + ".password"));
        variables.put("EDGE_ETCD_CA", certificates.ca().toString());
        variables.put("EDGE_ETCD_CERTIFICATE", certificates.certificate(certificate).toString());
        variables.put("EDGE_ETCD_KEY", certificates.key(certificate).toString());
        return new EdgeRoutes(directory, variables);
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private String write(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
