package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.heal.HealException.Reason;
import dev.forwardguard.edge.http.BoundedClient;
import dev.forwardguard.edge.http.NoAnswer;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpRequest;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Arrays;

import javax.net.ssl.SSLException;

/** The few requests to Kubernetes' API server. Token and CA are read again for each request. */
final class ApiServer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** A list of gateways' pods, some 10 kB each. */
    private static final int MOST_BYTES = 32 << 20;

    private static final int TRIES = 3;

    private final ApiAccess access;
    private final Time time;
    private byte[] ca = {};
    private @Nullable BoundedClient client;

    ApiServer(ApiAccess access, Time time) {
        this.access = access;
        this.time = time;
    }

    /**
     * Sends a request. One that may be repeated is tried three times when no answer comes.
     *
     * @return the body, whatever it is
     * @throws ApiException if it is refused or not answered
     */
    byte[] send(ApiRequest request) {
        for (int attempt = 1; ; attempt++) {
            try {
                return sendOnce(request);
            } catch (NoAnswer e) {
                if (attempt == TRIES || !request.verb().isRepeatable()) {
                    throw new ApiException(
                            0,
                            "the API server at "
                                    + access.server()
                                    + " does not answer: "
                                    + ApiRequest.line(String.valueOf(e.getMessage())));
                }
                time.pause();
            }
        }
    }

    private byte[] sendOnce(ApiRequest request) throws NoAnswer {
        MutableHttpRequest<?> http = request.http().bearerAuth(access.token());
        HttpResponse<byte[]> response = client().exchange(http);
        byte[] body = response.getBody().orElse(new byte[0]);
        if (response.code() / 100 != 2) {
            throw request.refused(response.code(), Json.text(Json.read(body), "message"));
        }
        return body;
    }

    private BoundedClient client() {
        byte[] current = access.ca();
        if (client == null || !Arrays.equals(current, ca)) {
            close();
            client = new BoundedClient(access.server(), LIMIT, MOST_BYTES, context(current));
            ca = current;
        }
        return client;
    }

    private SslContext context(byte[] authority) {
        try {
            return SslContextBuilder.forClient()
                    .trustManager(new ByteArrayInputStream(authority))
                    .build();
        } catch (SSLException | IllegalArgumentException _) {
            throw new HealException(
                    Reason.INVALID,
                    access.directory().resolve("ca.crt") + " holds no certificate in PEM form");
        }
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
