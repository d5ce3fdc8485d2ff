package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.kubernetes.kubeconfig.KubeConfigFile;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Everything in a kubeconfig that says where the API server is, whom to trust, and who asks. */
class KubeConfigFileTest {
    private static final String PASSWORD = "a password for laptops";
    private static final String TOKEN = "a-token-of-a-laptop";

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
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private KubeConfigFile kubeconfig(String cluster, String user) throws Exception {
        Path file =
                Files.writeString(
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
                          cluster: %s
                        users:
                        - name: me
                          user: %s
                        """
                                .formatted(cluster, user));
        return new KubeConfigFile(file);
    }

    private String cluster() throws Exception {
        return cluster(api.url(), authority.pem());
    }

    private static String cluster(String server, String authorities) {
        return "{server: \"%s\", certificate-authority-data: %s}"
                .formatted(server, base64(authorities));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static byte[] resource(String name) throws Exception {
        try (var in = KubeConfigFileTest.class.getResourceAsStream("/client-keys/" + name)) {
            return in.readAllBytes();
        }
    }

    private void isFollowed(KubeConfigFile config) {
        try (FollowedSecret secret = new FollowedSecret(config)) {
            secret.awaitAccepted("alice", PASSWORD);
            secret.awaitContact("followed");
        }
    }

    private void ends(KubeConfigFile config, String contact) {
        LOGS.forget();
        try (FollowedSecret secret = new FollowedSecret(config)) {
            secret.awaitContact(contact);
        }
    }

    // ---- who asks

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rsa-pkcs1",
                "rsa-pkcs8",
                "ec-sec1",
                "ec-sec1-with-parameters",
                "ec-pkcs8",
                "ed25519-pkcs8"
            })
    void showsACertificateWithAnyKeyThatOpensslWrites(String key) throws Exception {
        String certificate = authority.certificatePem(key, resource(key + ".pub"));
        var config =
                kubeconfig(
                        cluster(),
                        "{client-certificate-data: %s, client-key-data: %s}"
                                .formatted(
                                        base64(certificate),
                                        Base64.getEncoder()
                                                .encodeToString(resource(key + ".pem"))));

        isFollowed(config);

        assertThat(api.requests()).allMatch(request -> request.client().equals("CN=" + key));
    }

    /** Encrypted, none at all, or for another algorithm than the certificate. */
    @ParameterizedTest
    @CsvSource({
        "rsa-pkcs1, rsa-pkcs1-encrypted.pem",
        "ec-pkcs8, ec-pkcs8-encrypted.pem",
        "rsa-pkcs1, rsa-pkcs1.pub",
        "rsa-pkcs1, ec-sec1.pem",
        "ec-sec1, rsa-pkcs8.pem"
    })
    void saysThatAKeyIsOfNoUse(String certificate, String key) throws Exception {
        Files.writeString(
                directory.resolve("me.pem"),
                authority.certificatePem(certificate, resource(certificate + ".pub")));
        Files.write(directory.resolve("me.key"), resource(key));

        ends(
                kubeconfig(cluster(), "{client-certificate: me.pem, client-key: me.key}"),
                "client_key");

        assertThat(LOGS.logged()).anyMatch(line -> line.contains("client key of the kubeconfig"));
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void saysThatThereIsNoCertificateToAKey() throws Exception {
        Files.write(directory.resolve("me.key"), resource("ec-sec1.pem"));

        ends(
                kubeconfig(cluster(), "{client-certificate: me.key, client-key: me.key}"),
                "no_access");
    }

    @Test
    void sendsNameAndPassword() throws Exception {
        isFollowed(kubeconfig(cluster(), "{username: me, password: secret}"));

        assertThat(api.requests())
                .allMatch(request -> request.authorization().equals("Basic bWU6c2VjcmV0"));
    }

    @Test
    void sendsTheTokenOfAFile() throws Exception {
        api.accept(TOKEN);
        Path token = Files.writeString(directory.resolve("token"), TOKEN + "\n");

        isFollowed(kubeconfig(cluster(), "{tokenFile: \"%s\"}".formatted(token)));
    }

    @Test
    void sendsTheTokenOfAPlugin() throws Exception {
        api.accept(TOKEN);

        isFollowed(kubeconfig(cluster(), plugin("{\"token\": \"" + TOKEN + "\"}")));
    }

    @Test
    void showsTheCertificateOfAPlugin() throws Exception {
        String status =
                "{\"clientCertificateData\": \"%s\", \"clientKeyData\": \"%s\"}"
                        .formatted(
                                authority
                                        .certificatePem("plugin", resource("ec-sec1.pub"))
                                        .replace("\n", "\\n"),
                                new String(resource("ec-sec1.pem"), UTF_8).replace("\n", "\\n"));

        isFollowed(kubeconfig(cluster(), plugin(status)));

        assertThat(api.requests()).allMatch(request -> request.client().equals("CN=plugin"));
    }

    private String plugin(String status) throws Exception {
        Path answer =
                Files.writeString(
                        directory.resolve("credential.json"),
                        """
                        {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                         "status": %s}
                        """
                                .formatted(status));
        return "{exec: {apiVersion: client.authentication.k8s.io/v1, command: cat, args: [\"%s\"]}}"
                .formatted(answer);
    }

    @Test
    void asksAsNobodyWithoutAUser() throws Exception {
        isFollowed(kubeconfig(cluster(), "{token: \"\", username: \"\"}"));

        assertThat(api.requests())
                .allMatch(
                        request -> request.authorization().isEmpty() && request.client().isEmpty());
    }

    // ---- whom to trust

    @Test
    void trustsNobodyButTheAuthorityOfTheKubeconfig() throws Exception {
        ends(kubeconfig(cluster(api.url(), new TestAuthority().pem()), "{}"), "tls");

        assertThat(api.requests()).isEmpty();
    }

    @Test
    void trustsNoneThatJavaDoesNotKnowWithoutAnAuthority() throws Exception {
        ends(kubeconfig("{server: \"%s\"}".formatted(api.url()), "{}"), "tls");
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void trustsEachOfSeveralAuthorities() throws Exception {
        String several = new TestAuthority().pem() + authority.pem();

        isFollowed(kubeconfig(cluster(api.url(), several), "{}"));
    }

    @Test
    void refusesACertificateForAnotherName() throws Exception {
        api.close();
        api = FakeApiServer.secure(authority.server("127.0.0.2"));

        ends(kubeconfig(cluster(), "{}"), "tls");
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void trustsAnybodyIfToldTo() throws Exception {
        api.close();
        api = FakeApiServer.secure(new TestAuthority().server("127.0.0.2"));
        api.put(Passwords.line("alice", PASSWORD));

        isFollowed(
                kubeconfig(
                        "{server: \"%s\", insecure-skip-tls-verify: true}".formatted(api.url()),
                        "{}"));
    }

    @Test
    void saysThatAnAuthorityIsNone() throws Exception {
        ends(kubeconfig(cluster(api.url(), "nothing"), "{}"), "no_access");
    }

    // ---- where it is

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com:6443, https://api.example.com:6443/",
        "https://proxy.example.com/clusters/c-1, https://proxy.example.com/clusters/c-1",
        "api.example.com:443, https://api.example.com/",
        "localhost:8001, http://localhost:8001/"
    })
    void findsTheApiServer(String server, String address) throws Exception {
        KubeConfigFile config = kubeconfig("{server: \"%s\"}".formatted(server), "{}");

        assertThat(config.server(Files.readAllBytes(config.file())).address()).hasToString(address);
    }

    @Test
    void asksBelowThePathOfAProxy() throws Exception {
        String behind = cluster(api.url() + "/clusters/c-1/", authority.pem());

        ends(kubeconfig(behind, "{}"), "forbidden");

        assertThat(api.requests())
                .allMatch(
                        request ->
                                request.path()
                                        .equals("/clusters/c-1/api/v1/namespaces/guards/secrets"));
    }

    @Test
    void aKubeconfigWithoutAServerLeadsNowhere() throws Exception {
        KubeConfigFile config = kubeconfig("{}", "{}");
        byte[] content = Files.readAllBytes(config.file());

        assertThatThrownBy(() -> config.server(content)).isInstanceOf(RuntimeException.class);
        ends(config, "no_access");
    }
}
