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

/** The parts of a kubeconfig: server address, trust, and client authentication. */
class KubeConfigFileTest {
    private static final String PASSWORD = "a password for laptops";
    private static final String TOKEN = "a-token-of-a-laptop";

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

    private void assertFollowed(KubeConfigFile config) {
        try (FollowedSecret secret = new FollowedSecret(config)) {
            secret.awaitAccepted("alice", PASSWORD);
            secret.awaitContact("followed");
        }
    }

    private void assertContact(KubeConfigFile config, String contact) {
        LOGS.clear();
        try (FollowedSecret secret = new FollowedSecret(config)) {
            secret.awaitContact(contact);
        }
    }

    // ---- client authentication

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
    void presentsCertificateForEveryKeyFormat(String key) throws Exception {
        String certificate = authority.certificatePem(key, resource(key + ".pub"));
        var config =
                kubeconfig(
                        cluster(),
                        "{client-certificate-data: %s, client-key-data: %s}"
                                .formatted(
                                        base64(certificate),
                                        Base64.getEncoder()
                                                .encodeToString(resource(key + ".pem"))));

        assertFollowed(config);

        assertThat(api.requests()).allMatch(request -> request.client().equals("CN=" + key));
    }

    /** Encrypted, not a private key, or for another algorithm than the certificate. */
    @ParameterizedTest
    @CsvSource({
        "rsa-pkcs1, rsa-pkcs1-encrypted.pem",
        "ec-pkcs8, ec-pkcs8-encrypted.pem",
        "rsa-pkcs1, rsa-pkcs1.pub",
        "rsa-pkcs1, ec-sec1.pem",
        "ec-sec1, rsa-pkcs8.pem"
    })
    void reportsUnusableKey(String certificate, String key) throws Exception {
        Files.writeString(
                directory.resolve("me.pem"),
                authority.certificatePem(certificate, resource(certificate + ".pub")));
        Files.write(directory.resolve("me.key"), resource(key));

        assertContact(
                kubeconfig(cluster(), "{client-certificate: me.pem, client-key: me.key}"),
                "client_key");

        assertThat(LOGS.logged()).anyMatch(line -> line.contains("client key of the kubeconfig"));
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void reportsInvalidCertificate() throws Exception {
        Files.write(directory.resolve("me.key"), resource("ec-sec1.pem"));

        assertContact(
                kubeconfig(cluster(), "{client-certificate: me.key, client-key: me.key}"),
                "no_access");
    }

    @Test
    void sendsUsernameAndPassword() throws Exception {
        assertFollowed(kubeconfig(cluster(), "{username: me, password: secret}"));

        assertThat(api.requests())
                .allMatch(request -> request.authorization().equals("Basic bWU6c2VjcmV0"));
    }

    @Test
    void sendsTokenOfFile() throws Exception {
        api.accept(TOKEN);
        Path token = Files.writeString(directory.resolve("token"), TOKEN + "\n");

        assertFollowed(kubeconfig(cluster(), "{tokenFile: \"%s\"}".formatted(token)));
    }

    @Test
    void sendsTokenOfPlugin() throws Exception {
        api.accept(TOKEN);

        assertFollowed(kubeconfig(cluster(), plugin("{\"token\": \"" + TOKEN + "\"}")));
    }

    @Test
    void presentsCertificateOfPlugin() throws Exception {
        String status =
                "{\"clientCertificateData\": \"%s\", \"clientKeyData\": \"%s\"}"
                        .formatted(
                                authority
                                        .certificatePem("plugin", resource("ec-sec1.pub"))
                                        .replace("\n", "\\n"),
                                new String(resource("ec-sec1.pem"), UTF_8).replace("\n", "\\n"));

        assertFollowed(kubeconfig(cluster(), plugin(status)));

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
    void sendsAnonymousRequestsWithoutUser() throws Exception {
        assertFollowed(kubeconfig(cluster(), "{token: \"\", username: \"\"}"));

        assertThat(api.requests())
                .allMatch(
                        request -> request.authorization().isEmpty() && request.client().isEmpty());
    }

    // ---- trust

    @Test
    void rejectsServerOfAnotherAuthority() throws Exception {
        assertContact(kubeconfig(cluster(api.url(), new TestAuthority().pem()), "{}"), "tls");

        assertThat(api.requests()).isEmpty();
    }

    @Test
    void usesDefaultAuthoritiesWithoutOwn() throws Exception {
        assertContact(kubeconfig("{server: \"%s\"}".formatted(api.url()), "{}"), "tls");
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void acceptsSeveralAuthorities() throws Exception {
        String several = new TestAuthority().pem() + authority.pem();

        assertFollowed(kubeconfig(cluster(api.url(), several), "{}"));
    }

    @Test
    void rejectsCertificateForAnotherName() throws Exception {
        api.close();
        api = FakeApiServer.secure(authority.server("127.0.0.2"));

        assertContact(kubeconfig(cluster(), "{}"), "tls");
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void skipsVerificationIfConfigured() throws Exception {
        api.close();
        api = FakeApiServer.secure(new TestAuthority().server("127.0.0.2"));
        api.put(Passwords.line("alice", PASSWORD));

        assertFollowed(
                kubeconfig(
                        "{server: \"%s\", insecure-skip-tls-verify: true}".formatted(api.url()),
                        "{}"));
    }

    @Test
    void reportsInvalidAuthority() throws Exception {
        assertContact(kubeconfig(cluster(api.url(), "nothing"), "{}"), "no_access");
    }

    // ---- server address

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com:6443, https://api.example.com:6443/",
        "https://proxy.example.com/clusters/c-1, https://proxy.example.com/clusters/c-1",
        "api.example.com:443, https://api.example.com/",
        "localhost:8001, http://localhost:8001/"
    })
    void readsServerAddress(String server, String address) throws Exception {
        KubeConfigFile config = kubeconfig("{server: \"%s\"}".formatted(server), "{}");

        assertThat(config.server(Files.readAllBytes(config.file())).address()).hasToString(address);
    }

    @Test
    void keepsPathOfProxy() throws Exception {
        String behind = cluster(api.url() + "/clusters/c-1/", authority.pem());

        assertContact(kubeconfig(behind, "{}"), "forbidden");

        assertThat(api.requests())
                .allMatch(
                        request ->
                                request.path()
                                        .equals("/clusters/c-1/api/v1/namespaces/guards/secrets"));
    }

    /** Kubernetes' client ignores both, and then everything looks like an outage. */
    @ParameterizedTest
    @CsvSource({
        "tls-server-name, api.internal",
        "proxy-url, http://me:secret@proxy.example.com:3128"
    })
    void namesKeyThatIsNotSupported(String key, String value) throws Exception {
        String cluster = cluster().replace("}", ", " + key + ": \"" + value + "\"}");

        assertContact(kubeconfig(cluster, "{}"), key.replace('-', '_'));

        assertThat(LOGS.logged())
                .filteredOn(line -> line.contains("the cluster kind has " + key))
                .hasSize(1);
        assertThat(LOGS.logged())
                .anyMatch(line -> line.contains(key + " in the kubeconfig is not supported"))
                .noneMatch(line -> line.contains(value));
        assertThat(api.requests()).isEmpty();
    }

    /** That of another cluster, or an empty one, as kubectl writes it. */
    @ParameterizedTest
    @ValueSource(strings = {"proxy-url: ''}", "tls-server-name: }", "x: y}"})
    void ignoresKeyWithoutEffect(String rest) throws Exception {
        KubeConfigFile config = kubeconfig(cluster().replace("}", ", " + rest), "{}");
        String other =
                "clusters:\n- name: other\n  cluster: {server: x, proxy-url: 'http://proxy'}\n";
        Files.writeString(
                config.file(), Files.readString(config.file()).replace("clusters:\n", other));

        assertFollowed(config);
    }

    @Test
    void failsWithoutServer() throws Exception {
        KubeConfigFile config = kubeconfig("{}", "{}");
        byte[] content = Files.readAllBytes(config.file());

        assertThatThrownBy(() -> config.server(content)).isInstanceOf(RuntimeException.class);
        assertContact(config, "no_access");
    }
}
