package dev.forwardguard.kubernetes;

import dev.forwardguard.kubernetes.kubeconfig.ClientKey;
import dev.forwardguard.kubernetes.kubeconfig.KubeConfigFile;
import dev.forwardguard.kubernetes.kubeconfig.UnknownKeyException;
import dev.forwardguard.live.RegularFile;

import io.micronaut.context.annotation.Property;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Builds the client of the API server on first use, and again when the file that it was built from
 * has changed, so that a CA can rotate without a restart. Not thread-safe.
 */
@Singleton
public final class KubernetesClientFactory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesClientFactory.class);
    private static final String MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

    private final Supplier<ClusterAccess> access;
    private final boolean inCluster;
    private final WatchTimings timings;
    private @Nullable ApiServer server;
    private byte @Nullable [] builtFrom;
    private @Nullable String unknownKey;

    /**
     * Detects where the guard runs. The variables that Kubernetes sets are read from the
     * environment directly, because Micronaut hides them from its properties in a pod.
     */
    @Inject
    KubernetesClientFactory(
            @Property(name = "kubeconfig", defaultValue = "") String kubeconfig,
            @Property(name = "user.home", defaultValue = "/") String home,
            @Property(name = "guard.service-account", defaultValue = MOUNT_PATH) String mounted) {
        this(
                System.getenv().getOrDefault("KUBERNETES_SERVICE_HOST", ""),
                System.getenv().getOrDefault("KUBERNETES_SERVICE_PORT", "443"),
                kubeconfig,
                home,
                mounted);
    }

    /**
     * Creates a factory for the given environment.
     *
     * @param host the API server's host, which Kubernetes sets in every pod; empty elsewhere
     * @param kubeconfig the paths in {@code $KUBECONFIG}; takes precedence, even in a pod
     */
    KubernetesClientFactory(
            String host, String port, String kubeconfig, String home, String mounted) {
        var pod = ServiceAccount.at(host, port, Path.of(mounted));
        this.inCluster = !host.isEmpty() && Files.exists(pod.token());
        this.timings = WatchTimings.DEFAULT;
        this.access =
                () -> {
                    if (!kubeconfig.isEmpty()) {
                        return new KubeConfigFile(first(kubeconfig));
                    }
                    return host.isEmpty()
                            ? new KubeConfigFile(Path.of(home, ".kube", "config"))
                            : pod;
                };
    }

    KubernetesClientFactory(ClusterAccess access, WatchTimings timings) {
        this.access = () -> access;
        this.inCluster = access instanceof ServiceAccount;
        this.timings = timings;
    }

    /**
     * The first path that exists. kubectl would merge all of them; Kubernetes' Java client reads
     * the first path, and none if that does not exist.
     */
    private static Path first(String paths) {
        List<Path> all = Arrays.stream(paths.split(File.pathSeparator, -1)).map(Path::of).toList();
        return all.stream().filter(Files::exists).findFirst().orElse(all.getFirst());
    }

    /** Whether the guard runs in a pod with a token. */
    public boolean inCluster() {
        return inCluster;
    }

    /** Returns the API server according to the current files. */
    ApiServer server() throws ListWatchException {
        ClusterAccess current = access.get();
        try {
            byte[] content = RegularFile.content(current.file());
            ApiServer present = server;
            if (present != null && Arrays.equals(content, builtFrom)) {
                return present;
            }
            discard();
            ApiServer found = current.server(content);
            ApiServer built =
                    new ApiServer(found.address(), found.headers(), withTimeouts(found.client()));
            server = built;
            builtFrom = content;
            return built;
        } catch (ClientKey.UnusableException e) {
            throw new ListWatchException(ListWatchResult.CLIENT_KEY);
        } catch (UnknownKeyException e) {
            throw new ListWatchException(unknown(e));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new ListWatchException(ListWatchResult.NO_ACCESS);
        }
    }

    /** Logged once for each cluster, however often the file is read. */
    private ListWatchResult unknown(UnknownKeyException found) {
        String message = String.valueOf(found.getMessage());
        if (!message.equals(unknownKey)) {
            unknownKey = message;
            LOG.warn("The kubeconfig cannot be used: {}", message);
        }
        return found.key().equals("proxy-url")
                ? ListWatchResult.PROXY_URL
                : ListWatchResult.TLS_SERVER_NAME;
    }

    String namespace() throws ListWatchException {
        try {
            return access.get().namespace();
        } catch (IOException | RuntimeException e) {
            throw new ListWatchException(ListWatchResult.NO_ACCESS);
        }
    }

    /** Discards the client, so that the next one is built anew and uses new connections. */
    void discard() {
        if (server != null) {
            server.client().connectionPool().evictAll();
        }
        server = null;
    }

    @Override
    public void close() {
        discard();
    }

    /**
     * HTTP/1.1: a connection carries one request at a time, so a request that hangs takes only its
     * own connection down.
     */
    private OkHttpClient withTimeouts(OkHttpClient client) {
        return client.newBuilder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectTimeout(timings.connectTimeout())
                .readTimeout(timings.readTimeout())
                .writeTimeout(timings.connectTimeout())
                .followRedirects(false)
                .followSslRedirects(false)
                .connectionPool(new ConnectionPool(1, 30, TimeUnit.SECONDS))
                .build();
    }
}
