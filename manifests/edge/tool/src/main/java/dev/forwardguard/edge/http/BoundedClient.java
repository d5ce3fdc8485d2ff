package dev.forwardguard.edge.http;

import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.client.DefaultHttpClientConfiguration;
import io.micronaut.http.client.HttpClient;
import io.micronaut.http.client.exceptions.HttpClientException;
import io.micronaut.http.client.netty.DefaultHttpClient;
import io.netty.handler.ssl.SslContext;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Duration;

/** Requests to one server, of which each ends within a given time. Safe for several threads. */
public final class BoundedClient implements AutoCloseable {
    private static final Argument<byte[]> BYTES = Argument.of(byte[].class);

    private final HttpClient client;

    /**
     * @param limit for the whole exchange
     * @param mostBytes of a response's body
     * @param tls null for Java's own list of authorities
     */
    public BoundedClient(URI server, Duration limit, int mostBytes, @Nullable SslContext tls) {
        var configuration = new DefaultHttpClientConfiguration();
        configuration.setConnectTimeout(limit);
        configuration.setReadTimeout(limit);
        configuration.setRequestTimeout(limit);
        configuration.setMaxContentLength(mostBytes);
        configuration.setFollowRedirects(false);
        configuration.setExceptionOnErrorStatus(false);
        configuration.setNumOfThreads(1);
        configuration.setShutdownQuietPeriod(Duration.ZERO);
        var builder = DefaultHttpClient.builder().uri(server).configuration(configuration);
        if (tls != null) {
            builder.nettyClientSslBuilder((_, _) -> tls);
        }
        client = builder.build();
    }

    /**
     * Sends a request.
     *
     * @return the response, of any status
     * @throws NoAnswer if there is none within the limit
     */
    public HttpResponse<byte[]> exchange(HttpRequest<?> request) throws NoAnswer {
        try {
            return client.toBlocking().exchange(request, BYTES, BYTES);
        } catch (HttpClientException e) {
            throw NoAnswer.because(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
