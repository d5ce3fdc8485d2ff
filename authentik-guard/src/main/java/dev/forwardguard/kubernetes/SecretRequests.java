package dev.forwardguard.kubernetes;

import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.Pair;

import okhttp3.Call;
import okhttp3.Response;
import okhttp3.ResponseBody;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The two requests that the guard sends to the API server, raw: the client's own models fail on
 * fields that they do not know. Both have the field selector without which RBAC refuses them.
 */
final class SecretRequests {
    /** A Secret has at most 1 MiB, a third more as base64, and labels, annotations and managers. */
    static final int MAX_BYTES = 2 << 20;

    private static final String[] TOKEN_OF_A_KUBECONFIG = {"BearerToken"};

    private final HtpasswdSecretConfiguration which;
    private final KubernetesClientFactory clients;
    private final Pace pace;
    private volatile @Nullable Call underWay;
    private volatile boolean cancelled;

    SecretRequests(HtpasswdSecretConfiguration which, KubernetesClientFactory clients, Pace pace) {
        this.which = which;
        this.clients = clients;
        this.pace = pace;
    }

    /** What there is now, as JSON. */
    byte[] list() throws ReadFailure {
        try (ResponseBody answer = ask(List.of(), pace.listDeadline())) {
            if (answer.source().request(MAX_BYTES + 1L)) {
                throw new ReadFailure(ReadResult.TOO_LARGE);
            }
            return answer.source().readByteArray();
        } catch (IOException e) {
            throw ReadFailure.of(e, ReadResult.UNREACHABLE);
        }
    }

    /** What happens from this revision on. */
    WatchLines watch(String revision) throws ReadFailure {
        var query =
                List.of(
                        new Pair("watch", "true"),
                        new Pair("allowWatchBookmarks", "true"),
                        new Pair("resourceVersion", revision),
                        new Pair("timeoutSeconds", String.valueOf(pace.watchSeconds())));
        try {
            return new WatchLines(ask(query, pace.watchDeadline()));
        } catch (IOException e) {
            throw ReadFailure.of(e, ReadResult.UNREACHABLE);
        }
    }

    /** Ends what is under way, from any thread, and whatever would come after it. */
    void cancel() {
        cancelled = true;
        Call call = underWay;
        if (call != null) {
            call.cancel();
        }
    }

    private ResponseBody ask(List<Pair> more, Duration deadline) throws IOException, ReadFailure {
        Call call = call(more);
        call.timeout().timeout(deadline.toNanos(), TimeUnit.NANOSECONDS);
        underWay = call;
        if (cancelled) {
            call.cancel();
        }
        Response response = call.execute();
        if (response.code() != 200) {
            try (response) {
                throw new ReadFailure(ReadResult.ofStatus(response.code()), retryAfter(response));
            }
        }
        return response.body();
    }

    private Call call(List<Pair> more) throws ReadFailure {
        ApiClient client = clients.client();
        String namespace = which.namespace() == null ? clients.namespace() : which.namespace();
        List<Pair> query = new ArrayList<>(more);
        query.add(new Pair("fieldSelector", "metadata.name=" + which.name()));
        Map<String, String> headers = new HashMap<>(Map.of("Accept", "application/json"));
        try {
            return client.buildCall(
                    null,
                    "/api/v1/namespaces/" + client.escapeString(namespace) + "/secrets",
                    "GET",
                    query,
                    List.of(),
                    null,
                    headers,
                    new HashMap<>(),
                    Map.of(),
                    TOKEN_OF_A_KUBECONFIG,
                    null);
        } catch (ApiException | IllegalArgumentException e) {
            throw new ReadFailure(ReadResult.NO_ACCESS);
        }
    }

    /** Seconds; a date, which API servers do not send, counts as nothing. */
    private static Duration retryAfter(Response response) {
        String seconds = response.header("Retry-After", "");
        return seconds != null && seconds.matches("\\d{1,6}")
                ? Duration.ofSeconds(Integer.parseInt(seconds))
                : Duration.ZERO;
    }
}
