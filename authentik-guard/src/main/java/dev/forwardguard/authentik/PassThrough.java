package dev.forwardguard.authentik;

import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.client.ProxyHttpClient;
import io.micronaut.http.client.ProxyRequestOptions;
import io.micronaut.http.client.annotation.Client;
import io.micronaut.http.client.exceptions.ReadTimeoutException;

import jakarta.inject.Singleton;

import reactor.core.publisher.Mono;

import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The rest of the outpost: starting a login, its callback, signing out. Streamed both ways, as if
 * the guard were not there; without an answer there is nothing to fall back on.
 */
@Singleton
final class PassThrough {
    /** The outpost finds the application by the host that the visitor asked for. */
    private static final ProxyRequestOptions AS_THE_VISITOR =
            ProxyRequestOptions.builder().retainHostHeader().build();

    private final ProxyHttpClient client;

    PassThrough(@Client(id = "outpost") ProxyHttpClient client) {
        this.client = client;
    }

    CompletionStage<MutableHttpResponse<?>> stream(
            HttpRequest<?> request, ClientAuthorization authorization, GuardSettings now) {
        if (now.mode() == Mode.FALLBACK) {
            return CompletableFuture.completedFuture(page(HttpStatus.SERVICE_UNAVAILABLE));
        }
        MutableHttpRequest<?> forwarded = request.mutate().uri(target(request.getUri(), now));
        if (authorization.emergency()) {
            forwarded.getHeaders().remove(HttpHeaders.AUTHORIZATION);
        }
        return Mono.<MutableHttpResponse<?>>from(client.proxy(forwarded, AS_THE_VISITOR))
                .onErrorResume(failure -> Mono.just(page(statusOf(failure))))
                .toFuture();
    }

    private static URI target(URI asked, GuardSettings now) {
        String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
        return URI.create(
                "http://"
                        + now.upstream().url().getRawAuthority()
                        + now.upstream().pathPrefix()
                        + asked.getRawPath()
                        + query);
    }

    private static HttpStatus statusOf(Throwable failure) {
        return failure instanceof ReadTimeoutException
                ? HttpStatus.GATEWAY_TIMEOUT
                : HttpStatus.BAD_GATEWAY;
    }

    private static MutableHttpResponse<?> page(HttpStatus status) {
        return HttpResponse.status(status)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .contentType(MediaType.TEXT_PLAIN_TYPE)
                .body("The login service is not available. Please try again in a minute.\n");
    }
}
