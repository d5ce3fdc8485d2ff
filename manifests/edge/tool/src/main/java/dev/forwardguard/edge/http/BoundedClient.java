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

import reactor.core.publisher.Mono;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Requests to one server, of which each ends within a given time. Safe for several threads. */
public final class BoundedClient implements AutoCloseable {
    private static final Argument<byte[]> BYTES = Argument.of(byte[].class);

    /** The client's own limits come first: they say more. But none of them bounds a lookup. */
    private static final Duration LATER = Duration.ofMillis(200);

    private final HttpClient client;
    private final Duration limit;

    /**
     * @param limit for the whole exchange
     * @param mostBytes of a response's body
     * @param tls null for Java's own list of authorities
     */
    public BoundedClient(URI server, Duration limit, int mostBytes, @Nullable SslContext tls) {
        this.limit = limit;
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
        CompletableFuture<HttpResponse<byte[]>> answer =
                Mono.from(client.exchange(request, BYTES, BYTES)).toFuture();
        try {
            return answer.get(limit.plus(LATER).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            answer.cancel(true);
            throw new NoAnswer("no answer within " + limit.toMillis() + " ms");
        } catch (InterruptedException _) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new NoAnswer("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HttpClientException cause) {
                throw NoAnswer.because(cause);
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
