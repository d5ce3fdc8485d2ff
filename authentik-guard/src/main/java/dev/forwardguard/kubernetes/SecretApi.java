package dev.forwardguard.kubernetes;

import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Sends the two requests that the guard makes to the API server, and returns raw responses: the
 * models of Kubernetes' own client fail on unknown fields. Both requests have the field selector,
 * because RBAC denies them without it.
 */
final class SecretApi {
    /**
     * A Secret has at most 1 MiB, a third more as base64, plus labels, annotations and managed
     * fields.
     */
    static final int MAX_BYTES = 2 << 20;

    private final HtpasswdSecretConfiguration which;
    private final KubernetesClientFactory clients;
    private final WatchTimings timings;
    private volatile @Nullable Call inFlight;
    private volatile boolean cancelled;

    SecretApi(
            HtpasswdSecretConfiguration which,
            KubernetesClientFactory clients,
            WatchTimings timings) {
        this.which = which;
        this.clients = clients;
        this.timings = timings;
    }

    /** Lists the Secret and returns the JSON. */
    byte[] list() throws ListWatchException {
        try (ResponseBody body = send(Map.of(), timings.listDeadline())) {
            if (body.source().request(MAX_BYTES + 1L)) {
                throw new ListWatchException(ListWatchResult.TOO_LARGE);
            }
            return body.source().readByteArray();
        } catch (IOException e) {
            throw ListWatchException.of(e, ListWatchResult.UNREACHABLE);
        }
    }

    /** Watches the Secret from this revision on. */
    WatchLines watch(String revision) throws ListWatchException {
        var query =
                Map.of(
                        "watch",
                        "true",
                        "allowWatchBookmarks",
                        "true",
                        "resourceVersion",
                        revision,
                        "timeoutSeconds",
                        String.valueOf(timings.watchSeconds()));
        try {
            return new WatchLines(send(query, timings.watchDeadline()));
        } catch (IOException e) {
            throw ListWatchException.of(e, ListWatchResult.UNREACHABLE);
        }
    }

    /** Cancels the request in flight and all later ones. Thread-safe. */
    void cancel() {
        cancelled = true;
        Call call = inFlight;
        if (call != null) {
            call.cancel();
        }
    }

    private ResponseBody send(Map<String, String> query, Duration deadline)
            throws IOException, ListWatchException {
        Call call = call(query);
        call.timeout().timeout(deadline.toNanos(), TimeUnit.NANOSECONDS);
        inFlight = call;
        if (cancelled) {
            call.cancel();
        }
        Response response = call.execute();
        if (response.code() != 200) {
            try (response) {
                throw new ListWatchException(
                        ListWatchResult.ofStatus(response.code()), retryAfter(response));
            }
        }
        return response.body();
    }

    private Call call(Map<String, String> query) throws ListWatchException {
        ApiServer server = clients.server();
        String namespace = which.namespace() == null ? clients.namespace() : which.namespace();
        HttpUrl.Builder url =
                server.address()
                        .newBuilder()
                        .addPathSegments("api/v1/namespaces")
                        .addPathSegment(namespace)
                        .addPathSegment("secrets")
                        .addQueryParameter("fieldSelector", "metadata.name=" + which.name());
        query.forEach(url::addQueryParameter);
        return server.client()
                .newCall(
                        new Request.Builder()
                                .url(url.build())
                                .headers(server.headers())
                                .header("Accept", "application/json")
                                .header("User-Agent", "authentik-guard")
                                .build());
    }

    /** Reads {@code Retry-After} in seconds. Ignores a date, which API servers do not send. */
    private static Duration retryAfter(Response response) {
        String seconds = response.header("Retry-After", "");
        return seconds != null && seconds.matches("\\d{1,6}")
                ? Duration.ofSeconds(Integer.parseInt(seconds))
                : Duration.ZERO;
    }
}
