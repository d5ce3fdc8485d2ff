package dev.forwardguard.edge.etcd;

import dev.forwardguard.edge.http.BoundedClient;
import dev.forwardguard.edge.http.NoAnswer;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpRequest;
import io.micronaut.json.tree.JsonNode;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** One member of etcd: a request, an answer, within one short time. */
final class Member implements AutoCloseable {
    /** A page of a range has 500 keys; more than that in one answer is no answer to us. */
    private static final int MOST_BYTES = 32 << 20;

    private final URI endpoint;
    private final BoundedClient client;

    Member(URI endpoint, TlsFiles tls, Duration perTry) {
        this.endpoint = endpoint;
        boolean isTls = "https".equals(endpoint.getScheme());
        client = new BoundedClient(endpoint, perTry, MOST_BYTES, isTls ? tls.context() : null);
    }

    /**
     * Sends a request.
     *
     * @throws NoAnswer if none came in time, or one that cannot be read; the request may have
     *     reached the member
     */
    Reply post(String path, JsonNode body, @Nullable String token) throws NoAnswer {
        MutableHttpRequest<byte[]> request =
                HttpRequest.POST(path, Json.write(body))
                        .contentType(MediaType.APPLICATION_JSON_TYPE);
        if (token != null) {
            // bare: etcd 3.4 refuses a token after "Bearer"
            request.header("Authorization", token);
        }
        return exchange(request);
    }

    Reply get(String path) throws NoAnswer {
        return exchange(HttpRequest.GET(path));
    }

    private Reply exchange(HttpRequest<?> request) throws NoAnswer {
        HttpResponse<byte[]> response = client.exchange(request);
        byte[] body = response.getBody().orElse(new byte[0]);
        return new Reply(
                response.code(), Json.read(body), new String(body, StandardCharsets.UTF_8));
    }

    URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        client.close();
    }

    /**
     * An answer of any status.
     *
     * @param body null if it is not JSON
     * @param text the body as it came
     */
    record Reply(int status, @Nullable JsonNode body, String text) {}
}
