package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.authentik.AuthentikProfile;
import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.ClientAuthorization;
import dev.forwardguard.authentik.emergency.EmergencyUsers;
import dev.forwardguard.authentik.pages.PageText;
import dev.forwardguard.guard.HeaderSelection;
import dev.forwardguard.guard.RequestId;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.server.PageResponse;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.UpstreamSettings;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.core.convert.ConversionService;
import io.micronaut.core.util.SupplierUtil;
import io.micronaut.http.ByteBodyHttpResponse;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.ServerHttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.body.CloseableByteBody;
import io.micronaut.http.client.exceptions.ReadTimeoutException;
import io.micronaut.http.client.exceptions.ResponseClosedException;
import io.micronaut.http.netty.NettyHttpHeaders;
import io.micronaut.http.netty.NettyMutableHttpResponse;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.netty.channel.Channel;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;

import jakarta.inject.Singleton;

import reactor.core.publisher.Mono;

import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Passes the rest of the outpost through: starting a login, its callback, signing out. Requests and
 * responses are streamed as if the guard were not there. {@code Host} is kept, because the outpost
 * finds the application by it. If the outpost does not respond, there is no fallback.
 */
@Singleton
@ServerFilter(AuthentikSettings.PREFIX + "**")
final class PassThrough implements ApplicationEventListener<ServerStartupEvent> {
    private static final AttributeKey<CloseableByteBody> LAST_BODY =
            AttributeKey.valueOf(PassThrough.class, "last body");

    private final Supplier<OutpostClient> client;
    private final AuthentikProfile profile;
    private final EmergencyUsers users;

    PassThrough(
            BeanProvider<OutpostClient> client, AuthentikProfile profile, EmergencyUsers users) {
        this.client = SupplierUtil.memoized(client::get);
        this.profile = profile;
        this.users = users;
    }

    /**
     * Creates the client once the guard listens. That takes a third of the start, and auth requests
     * do not need it. A client that cannot be created still stops the start, not the first request.
     */
    @Override
    public void onApplicationEvent(ServerStartupEvent listening) {
        var _ = client.get();
    }

    /** A filter, not a controller, because every HTTP method is passed through. */
    @RequestFilter
    CompletionStage<MutableHttpResponse<?>> stream(HttpRequest<?> request) {
        GuardSettings now = profile.settings();
        var authorization = ClientAuthorization.of(sentHeaders(request), users);
        if (now.mode() == Mode.FALLBACK) {
            return CompletableFuture.completedFuture(page(FallbackReason.FORCED, request));
        }
        CloseableByteBody body = ((ServerHttpRequest<?>) request).byteBody().move();
        return Mono.from(
                        client.get()
                                .http()
                                .exchange(forwarded(request, authorization, now), body, null))
                .<MutableHttpResponse<?>>map(
                        answered -> returned((ByteBodyHttpResponse<?>) answered, request))
                .onErrorResume(failure -> Mono.just(page(reasonOf(failure), request)))
                .toFuture();
    }

    private static MutableHttpRequest<?> forwarded(
            HttpRequest<?> request, ClientAuthorization authorization, GuardSettings now) {
        MutableHttpRequest<?> forwarded =
                request.mutate().uri(target(request.getUri(), now.upstream()));
        HttpHeaders headers = ((NettyHttpHeaders) forwarded.getHeaders()).getNettyHeaders();
        headers.set(HeaderSelection.endToEnd(headers));
        authorization.strip(headers);
        return forwarded;
    }

    private static URI target(URI requested, UpstreamSettings upstream) {
        String query = requested.getRawQuery() == null ? "" : "?" + requested.getRawQuery();
        return URI.create(
                "http://"
                        + upstream.url().getRawAuthority()
                        + upstream.pathPrefix()
                        + requested.getRawPath()
                        + query);
    }

    /** Takes over the body at once: otherwise the client closes it when this returns. */
    private MutableHttpResponse<?> returned(
            ByteBodyHttpResponse<?> answered, HttpRequest<?> request) {
        if (answered.code() < 200) {
            // the client mistakes an interim response for the final one
            return page(FallbackReason.PROTOCOL_ERROR, request);
        }
        HttpHeaders sent = ((NettyHttpHeaders) answered.getHeaders()).getNettyHeaders();
        HttpHeaders headers = HeaderSelection.endToEnd(sent);
        CloseableByteBody body = answered.byteBody().move();
        boolean empty =
                request.getMethodName().equals("HEAD")
                        || answered.code() == 204
                        || answered.code() == 304;
        if (empty) {
            body.close();
        } else {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH); // the body adds its own
            closeWithConnection(body, request);
        }
        var response =
                new NettyMutableHttpResponse<CloseableByteBody>(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(answered.code(), answered.reason()),
                        headers,
                        empty ? null : body,
                        ConversionService.SHARED);
        response.bodyWriter(StreamedBody.INSTANCE);
        return response;
    }

    /**
     * Closes the body when the connection closes. Micronaut drops a response whose visitor has
     * disconnected and forgets its body, which would hold its direct memory for ever. A connection
     * has one response at a time, so the next body replaces the one before.
     */
    private static void closeWithConnection(CloseableByteBody body, HttpRequest<?> request) {
        Channel caller = ((NettyHttpRequest<?>) request).getChannelHandlerContext().channel();
        caller.eventLoop()
                .execute(
                        () -> {
                            Attribute<CloseableByteBody> last = caller.attr(LAST_BODY);
                            if (last.getAndSet(body) == null) {
                                caller.closeFuture().addListener(closed -> last.get().close());
                            } else if (!caller.isOpen()) {
                                body.close();
                            }
                        });
    }

    /** Maps the client's failures, of which it distinguishes only a few. */
    private static FallbackReason reasonOf(Throwable failure) {
        if (failure instanceof ReadTimeoutException) {
            return FallbackReason.READ_TIMEOUT;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case ConnectTimeoutException ignored -> {
                    return FallbackReason.CONNECT_TIMEOUT;
                }
                case TimeoutException ignored -> { // no connection became free
                    return FallbackReason.OVERLOAD;
                }
                case ConnectException ignored -> {
                    return FallbackReason.CONNECT_REFUSED;
                }
                case UnknownHostException ignored -> {
                    return FallbackReason.DNS;
                }
                case ResponseClosedException ignored -> {
                    return FallbackReason.RESET;
                }
                default -> {}
            }
        }
        return FallbackReason.PROTOCOL_ERROR;
    }

    private MutableHttpResponse<?> page(FallbackReason reason, HttpRequest<?> request) {
        HttpResponseStatus status =
                switch (reason) {
                    case FORCED, OVERLOAD -> HttpResponseStatus.SERVICE_UNAVAILABLE;
                    case READ_TIMEOUT, CONNECT_TIMEOUT -> HttpResponseStatus.GATEWAY_TIMEOUT;
                    default -> HttpResponseStatus.BAD_GATEWAY;
                };
        PageText kind =
                reason == FallbackReason.OVERLOAD
                        ? PageText.OVERLOADED
                        : PageText.OUTPOST_UNAVAILABLE;
        HttpHeaders headers = sentHeaders(request);
        return PageResponse.of(status, profile.page(kind, reason, headers, RequestId.of(headers)));
    }

    private static HttpHeaders sentHeaders(HttpRequest<?> request) {
        return ((NettyHttpHeaders) request.getHeaders()).getNettyHeaders();
    }
}
