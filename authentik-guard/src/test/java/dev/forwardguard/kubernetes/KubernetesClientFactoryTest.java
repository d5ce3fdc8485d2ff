package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/** Access to the API server with the mounted service account, or with a kubeconfig. */
class KubernetesClientFactoryTest {
    private static final String PASSWORD = "a password for laptops";
    private static final String TOKEN = "a-token-in-a-kubeconfig";

    @RegisterExtension static final CapturedLogs LOGS = new CapturedLogs();

    @TempDir private Path directory;
    private TestAuthority authority;
    private FakeApiServer api;

    @BeforeEach
    void start() throws Exception {
        CapturedLogs.mustNotLog(TOKEN);
        authority = new TestAuthority();
        api = FakeApiServer.secure(authority.server("127.0.0.1"));
        api.put(Passwords.line("alice", PASSWORD));
        Files.writeString(directory.resolve("ca.pem"), authority.pem());
    }

    @AfterEach
    void checkFieldSelector() {
        api.close();
        assertThat(api.requests()).allMatch(FakeApiServer::selected);
    }

    private Path kubeconfig(String user) throws Exception {
        return Files.writeString(
                directory.resolve("config"),
                """
                apiVersion: v1
                kind: Config
                current-context: laptop
                contexts:
                - name: laptop
                  context: {cluster: kind, user: me, namespace: guards}
                clusters:
                - name: kind
                  cluster: {server: "%s", certificate-authority: ca.pem}
                users:
                - name: me
                  user: %s
                """
                        .formatted(api.url(), user));
    }

    private KubernetesClientFactory factory(String host, String kubeconfig, Path home) {
        return new KubernetesClientFactory(
                host,
                String.valueOf(api.port()),
                kubeconfig,
                home.toString(),
                directory.resolve("pod").toString());
    }

    private static FollowedSecret follow(KubernetesClientFactory clients) {
        return new FollowedSecret(clients, FollowedSecret.FAST);
    }

    private void assertFollowed(KubernetesClientFactory clients) {
        try (FollowedSecret secret = follow(clients)) {
            secret.awaitAccepted("alice", PASSWORD);
            secret.awaitContact("followed");
        }
    }

    // ---- on a laptop

    @Test
    void usesTokenOfKubeconfig() throws Exception {
        api.accept(TOKEN);

        assertFollowed(factory("", kubeconfig("{token: " + TOKEN + "}").toString(), directory));
    }

    @Test
    void usesClientCertificateOfKubeconfig() throws Exception {
        var me = authority.identity("127.0.0.9");
        Files.writeString(directory.resolve("me.pem"), me.certificatePem());
        Files.writeString(directory.resolve("me.key"), me.keyPem());
        Path config = kubeconfig("{client-certificate: me.pem, client-key: me.key}");

        assertFollowed(factory("", config.toString(), directory));

        assertThat(api.requests()).allMatch(request -> request.client().equals("CN=127.0.0.9"));
    }

    @Test
    void rereadsKubeconfigAfter401() throws Exception {
        api.accept(TOKEN);
        Path config = kubeconfig("{token: outdated}");
        try (FollowedSecret secret = follow(factory("", config.toString(), directory))) {
            secret.awaitContact("unauthorized");

            kubeconfig("{token: " + TOKEN + "}");

            secret.awaitAccepted("alice", PASSWORD);
        }
    }

    @Test
    void usesFirstExistingKubeconfig() throws Exception {
        Path config = kubeconfig("{}");

        assertFollowed(factory("", directory.resolve("none") + ":" + config, directory));
    }

    @Test
    void usesHomeDirectoryByDefault() throws Exception {
        Path home = directory.resolve("home");
        Files.createDirectories(home.resolve(".kube"));
        Files.copy(directory.resolve("ca.pem"), home.resolve(".kube/ca.pem"));
        Files.move(kubeconfig("{}"), home.resolve(".kube/config"));

        assertFollowed(factory("", "", home));
    }

    @Test
    void waitsForMissingKubeconfig() throws Exception {
        try (FollowedSecret secret =
                follow(factory("", directory.resolve("config").toString(), directory))) {
            secret.awaitContact("no_access");

            kubeconfig("{}");

            secret.awaitAccepted("alice", PASSWORD);
        }
    }

    @Test
    void recoversFromInvalidKubeconfig() throws Exception {
        Path config = Files.writeString(directory.resolve("config"), "- no\n- kubeconfig\n");
        try (FollowedSecret secret = follow(factory("", config.toString(), directory))) {
            secret.awaitReads(ListWatchResult.NO_ACCESS, 3);

            kubeconfig("{}");

            secret.awaitAccepted("alice", PASSWORD);
        }
    }

    // ---- in a pod

    private void mount() throws Exception {
        Path pod = Files.createDirectory(directory.resolve("pod"));
        new MountedServiceAccount(pod, "token-in-a-pod", authority.pem()).token("token-in-a-pod-2");
        api.accept("token-in-a-pod-2");
    }

    @Test
    void usesServiceAccountInCluster() throws Exception {
        mount();
        KubernetesClientFactory clients = factory("127.0.0.1", "", directory);

        assertThat(clients.inCluster()).isTrue();
        assertFollowed(clients);
    }

    @Test
    void prefersKubeconfigInPod() throws Exception {
        mount();
        api.accept(TOKEN);

        assertFollowed(
                factory("127.0.0.1", kubeconfig("{token: " + TOKEN + "}").toString(), directory));
    }

    @Test
    void isNotInClusterWithoutToken() {
        assertThat(factory("127.0.0.1", "", directory).inCluster()).isFalse();
    }

    @Test
    void isNotInClusterWithoutHost() throws Exception {
        mount();

        assertThat(factory("", "", directory).inCluster()).isFalse();
    }

    @Test
    void bracketsIpv6Address() {
        assertThat(ServiceAccount.at("fd00::1", "443", directory).address())
                .isEqualTo("https://[fd00::1]:443");
    }

    @Test
    void keepsClientUntilDiscarded() throws Exception {
        mount();
        try (var clients = factory("127.0.0.1", "", directory)) {
            var first = clients.server();
            assertThat(clients.server()).isSameAs(first);

            clients.discard();

            assertThat(clients.server()).isNotSameAs(first);
        } catch (ListWatchException e) {
            throw new AssertionError(e);
        }
    }
}
