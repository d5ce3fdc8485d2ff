package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/** The ways to the API server: the mounted service account, and a kubeconfig. */
class KubernetesClientFactoryTest {
    private static final String PASSWORD = "a password for laptops";
    private static final String TOKEN = "a-token-in-a-kubeconfig";

    @RegisterExtension static final CapturedLogs LOGS = new CapturedLogs();

    @TempDir private Path directory;
    private TestAuthority authority;
    private FakeApiServer api;

    @BeforeEach
    void start() throws Exception {
        CapturedLogs.keepOut(TOKEN);
        authority = new TestAuthority();
        api = FakeApiServer.secure(authority.server("127.0.0.1"));
        api.put(Passwords.line("alice", PASSWORD));
        Files.writeString(directory.resolve("ca.pem"), authority.pem());
    }

    @AfterEach
    void everyRequestCarriedTheFieldSelector() {
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

    private void isFollowed(KubernetesClientFactory clients) {
        try (FollowedSecret secret = follow(clients)) {
            secret.awaitAccepted("alice", PASSWORD);
            secret.awaitContact("followed");
        }
    }

    // ---- a laptop

    @Test
    void followsWithTheTokenOfAKubeconfig() throws Exception {
        api.accept(TOKEN);

        isFollowed(factory("", kubeconfig("{token: " + TOKEN + "}").toString(), directory));
    }

    @Test
    void followsWithTheClientCertificateOfAKubeconfig() throws Exception {
        var me = authority.identity("127.0.0.9");
        Files.writeString(directory.resolve("me.pem"), me.certificatePem());
        Files.writeString(directory.resolve("me.key"), me.keyPem());
        Path config = kubeconfig("{client-certificate: me.pem, client-key: me.key}");

        isFollowed(factory("", config.toString(), directory));

        assertThat(api.requests()).allMatch(request -> request.client().equals("CN=127.0.0.9"));
    }

    @Test
    void takesAChangedKubeconfigAfterA401() throws Exception {
        api.accept(TOKEN);
        Path config = kubeconfig("{token: outdated}");
        try (FollowedSecret secret = follow(factory("", config.toString(), directory))) {
            secret.awaitContact("unauthorized");

            kubeconfig("{token: " + TOKEN + "}");

            secret.awaitAccepted("alice", PASSWORD);
        }
    }

    @Test
    void takesTheFirstKubeconfigThatExists() throws Exception {
        Path config = kubeconfig("{}");

        isFollowed(factory("", directory.resolve("none") + ":" + config, directory));
    }

    @Test
    void looksIntoTheHomeDirectoryWithoutAnyHint() throws Exception {
        Path home = directory.resolve("home");
        Files.createDirectories(home.resolve(".kube"));
        Files.copy(directory.resolve("ca.pem"), home.resolve(".kube/ca.pem"));
        Files.move(kubeconfig("{}"), home.resolve(".kube/config"));

        isFollowed(factory("", "", home));
    }

    @Test
    void waitsForAKubeconfigThatComesLater() throws Exception {
        try (FollowedSecret secret =
                follow(factory("", directory.resolve("config").toString(), directory))) {
            secret.awaitContact("no_access");

            kubeconfig("{}");

            secret.awaitAccepted("alice", PASSWORD);
        }
    }

    @Test
    void isNoLongerStoppedByAKubeconfigThatIsNone() throws Exception {
        Path config = Files.writeString(directory.resolve("config"), "- no\n- kubeconfig\n");
        try (FollowedSecret secret = follow(factory("", config.toString(), directory))) {
            secret.awaitReads(ListWatchResult.NO_ACCESS, 3);

            kubeconfig("{}");

            secret.awaitAccepted("alice", PASSWORD);
        }
    }

    // ---- a pod

    private void mount() throws Exception {
        Path pod = Files.createDirectory(directory.resolve("pod"));
        new MountedServiceAccount(pod, "token-in-a-pod", authority.pem()).token("token-in-a-pod-2");
        api.accept("token-in-a-pod-2");
    }

    @Test
    void followsFromWithinACluster() throws Exception {
        mount();
        KubernetesClientFactory clients = factory("127.0.0.1", "", directory);

        assertThat(clients.inCluster()).isTrue();
        isFollowed(clients);
    }

    @Test
    void somebodyWhoSetsKubeconfigInAPodMeansIt() throws Exception {
        mount();
        api.accept(TOKEN);

        isFollowed(
                factory("127.0.0.1", kubeconfig("{token: " + TOKEN + "}").toString(), directory));
    }

    @Test
    void aPodWithoutATokenIsNotTakenForOneThatMayAsk() {
        assertThat(factory("127.0.0.1", "", directory).inCluster()).isFalse();
    }

    @Test
    void aTokenOutsideOfAClusterIsNoCluster() throws Exception {
        mount();

        assertThat(factory("", "", directory).inCluster()).isFalse();
    }

    @Test
    void bracketsAnAddressOfIpv6() {
        assertThat(ServiceAccount.at("fd00::1", "443", directory).address())
                .isEqualTo("https://[fd00::1]:443");
    }

    @Test
    void keepsOneClientAsLongAsItsFilesAreTheSame() throws Exception {
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
