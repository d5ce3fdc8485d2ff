package dev.forwardguard.kubernetes;

import dev.forwardguard.kubernetes.kubeconfig.ClientKey;
import dev.forwardguard.kubernetes.kubeconfig.KubeConfigFile;

import io.micronaut.context.annotation.Property;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

import org.jspecify.annotations.Nullable;

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
 * The client of the API server, built when it is first asked for, and again when the file that it
 * was built from has changed: a CA can rotate without a restart. For one thread.
 */
@Singleton
public final class KubernetesClientFactory implements AutoCloseable {
    private static final String USUAL_PLACE = "/var/run/secrets/kubernetes.io/serviceaccount";

    private final Supplier<ClusterAccess> access;
    private final boolean inCluster;
    private final WatchTimings pace;
    private @Nullable ApiServer server;
    private byte @Nullable [] builtFrom;

    /**
     * Looks around where the guard runs. The variables of Kubernetes are read as such: Micronaut
     * hides them from its properties in a pod.
     */
    @Inject
    KubernetesClientFactory(
            @Property(name = "kubeconfig", defaultValue = "") String kubeconfig,
            @Property(name = "user.home", defaultValue = "/") String home,
            @Property(name = "guard.service-account", defaultValue = USUAL_PLACE) String mounted) {
        this(
                System.getenv().getOrDefault("KUBERNETES_SERVICE_HOST", ""),
                System.getenv().getOrDefault("KUBERNETES_SERVICE_PORT", "443"),
                kubeconfig,
                home,
                mounted);
    }

    /**
     * @param host set by Kubernetes in every pod
     * @param kubeconfig the paths in {@code $KUBECONFIG}: somebody who sets it means it, also in a
     *     pod
     */
    KubernetesClientFactory(
            String host, String port, String kubeconfig, String home, String mounted) {
        var pod = ServiceAccount.at(host, port, Path.of(mounted));
        this.inCluster = !host.isEmpty() && Files.exists(pod.token());
        this.pace = WatchTimings.DEFAULT;
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

    KubernetesClientFactory(ClusterAccess access, WatchTimings pace) {
        this.access = () -> access;
        this.inCluster = access instanceof ServiceAccount;
        this.pace = pace;
    }

    /** The first that exists, like the client itself; kubectl would merge them. */
    private static Path first(String paths) {
        List<Path> all = Arrays.stream(paths.split(File.pathSeparator, -1)).map(Path::of).toList();
        return all.stream().filter(Files::exists).findFirst().orElse(all.getFirst());
    }

    /** Whether this is a pod with a token. */
    public boolean inCluster() {
        return inCluster;
    }

    /** The API server according to the files as they are now. */
    ApiServer server() throws ListWatchException {
        ClusterAccess way = access.get();
        try {
            byte[] content = Files.readAllBytes(way.file());
            ApiServer present = server;
            if (present != null && Arrays.equals(content, builtFrom)) {
                return present;
            }
            discard();
            ApiServer found = way.server(content);
            ApiServer built =
                    new ApiServer(found.address(), found.headers(), bounded(found.client()));
            server = built;
            builtFrom = content;
            return built;
        } catch (ClientKey.UnusableException e) {
            throw new ListWatchException(ListWatchResult.CLIENT_KEY);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new ListWatchException(ListWatchResult.NO_ACCESS);
        }
    }

    String namespace() throws ListWatchException {
        try {
            return access.get().namespace();
        } catch (IOException | RuntimeException e) {
            throw new ListWatchException(ListWatchResult.NO_ACCESS);
        }
    }

    /** The next client will be a new one, on new connections. */
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

    /** HTTP/1.1: one connection carries one question at a time, and ends with it if it hangs. */
    private OkHttpClient bounded(OkHttpClient unbounded) {
        return unbounded
                .newBuilder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectTimeout(pace.connectTimeout())
                .readTimeout(pace.silence())
                .writeTimeout(pace.connectTimeout())
                .followRedirects(false)
                .followSslRedirects(false)
                .connectionPool(new ConnectionPool(1, 30, TimeUnit.SECONDS))
                .build();
    }
}
