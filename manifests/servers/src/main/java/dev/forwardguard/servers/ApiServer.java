package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * Kubernetes' API server with an etcd of its own, and without anything else: no node, so pods stay
 * pending; no controllers, so namespaces that are deleted stay, too, unless {@link #controllers}
 * runs.
 */
public final class ApiServer implements AutoCloseable {
    private final Path directory;
    private final ClusterKeys keys;
    private final EtcdMember etcd;
    private final boolean endsEtcd;
    private final String token;
    private final int port = Loopback.freePort();
    private final Part part;

    private ApiServer(
            Path directory, ClusterKeys keys, EtcdMember etcd, boolean endsEtcd, String token) {
        this.directory = directory;
        this.keys = keys;
        this.etcd = etcd;
        this.endsEtcd = endsEtcd;
        this.token = token;
        this.part = run();
    }

    /** Starts both; their files are in the directory. */
    public static ApiServer start(Path directory) {
        return start(directory, Program.built("etcd"));
    }

    /** Starts both, with this etcd. */
    public static ApiServer start(Path directory, Program etcd) {
        Program.built("kube-apiserver");
        var keys = new ClusterKeys(directory);
        EtcdMember database = EtcdCluster.start(etcd, directory).first();
        try {
            return new ApiServer(directory, keys, database, true, UUID.randomUUID().toString());
        } catch (RuntimeException | Error e) {
            database.close();
            throw e;
        }
    }

    /** Starts one more API server, with the same etcd and the same keys. */
    public ApiServer another() {
        return new ApiServer(directory, keys, etcd, false, token);
    }

    private Part run() {
        write("tokens.csv", token + ",admin,admin,system:masters\n");
        var arguments =
                List.of(
                        "--etcd-servers=" + etcd.url(),
                        "--bind-address=127.0.0.1",
                        "--secure-port=" + port,
                        // the service "kubernetes" must not point to loopback
                        "--advertise-address=127.0.0.1",
                        "--endpoint-reconciler-type=none",
                        "--service-cluster-ip-range=10.96.0.0/16",
                        "--authorization-mode=RBAC",
                        "--token-auth-file=" + directory.resolve("tokens.csv"),
                        "--tls-cert-file=" + keys.certificate(),
                        "--tls-private-key-file=" + keys.key(),
                        "--client-ca-file=" + keys.ca(),
                        "--service-account-issuer=https://kubernetes.default.svc",
                        "--service-account-signing-key-file=" + keys.signingKey(),
                        "--service-account-key-file=" + keys.signingKey(),
                        "--profiling=false");
        return new Part(directory, Program.built("kube-apiserver"), arguments, this::isReady);
    }

    /** Whether it answers, and its etcd, too. */
    public boolean isReady() {
        try (var client = client()) {
            return client.status("/readyz") == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /** Starts the controllers, which for example delete what is in a deleted namespace. */
    public Part controllers() {
        int securePort = Loopback.freePort();
        var arguments =
                List.of(
                        "--kubeconfig=" + kubeconfig(),
                        "--bind-address=127.0.0.1",
                        "--secure-port=" + securePort,
                        "--cert-dir=" + directory,
                        "--leader-elect=false",
                        "--root-ca-file=" + keys.ca(),
                        "--service-account-private-key-file=" + keys.signingKey());
        Program program = Program.built("kube-controller-manager");
        return new Part(directory, program, arguments, () -> Loopback.isListening(securePort));
    }

    /** The API server itself. */
    public Part part() {
        return part;
    }

    public EtcdMember etcd() {
        return etcd;
    }

    public ClusterKeys keys() {
        return keys;
    }

    public int port() {
        return port;
    }

    /** A client that trusts the current CA. */
    public ApiClient client() {
        return new ApiClient(URI.create("https://127.0.0.1:" + port), keys.ca(), token);
    }

    /** Runs kubectl with all rights, and returns its output; fails unless it exits with 0. */
    public String kubectl(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--kubeconfig", kubeconfig().toString()));
        // kubectl remembers the kinds of a server by its address, and ports return
        all.addAll(List.of("--cache-dir", directory.resolve("kubectl").toString()));
        all.addAll(List.of(arguments));
        return Program.installed("kubectl", "kubernetes-client")
                .run(directory, all.toArray(String[]::new));
    }

    /** Writes a kubeconfig with all rights, which trusts the current CA. */
    public Path kubeconfig() {
        return write(
                "kubeconfig",
                """
                {apiVersion: v1, kind: Config, current-context: test,
                 clusters: [{name: test, cluster: {server: "https://127.0.0.1:%d",
                   certificate-authority-data: %s}}],
                 users: [{name: admin, user: {token: %s}}],
                 contexts: [{name: test, context: {cluster: test, user: admin}}]}
                """
                        .formatted(port, authority(), token));
    }

    private String authority() {
        try {
            return Base64.getEncoder().encodeToString(Files.readAllBytes(keys.ca()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path write(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        part.close();
        if (endsEtcd) {
            etcd.close();
        }
    }
}
