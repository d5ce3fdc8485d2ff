package dev.forwardguard.upstream;

import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.connection.Connector;
import dev.forwardguard.upstream.connection.EventLoopState;
import dev.forwardguard.upstream.connection.HttpExchange;
import dev.forwardguard.upstream.connection.UpstreamResolver;

import io.netty.channel.EventLoop;

import java.net.URI;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * A request of the guard's own to one address, whose status says how something is. Each uses a new
 * connection, and none counts for a circuit or for {@code max-concurrent}. Lives on one event loop.
 */
public final class HealthCheck {
    private final UpstreamSettings settings;
    private final String path;
    private final EventLoop loop;
    private final UpstreamResolver address;
    private final EventLoopState connections;

    /**
     * @param url the whole address, with its path
     * @param limits the timeouts of each request
     * @param loop where the requests are sent and their results reported
     */
    public HealthCheck(URI url, UpstreamSettings limits, EventLoop loop, Ticker ticker) {
        // the path is sent as it is: a prefix would lose the slash at its end
        this.settings = limits.at(URI.create(url.getScheme() + "://" + url.getRawAuthority()));
        this.path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        this.loop = loop;
        this.address = new UpstreamResolver(settings.host(), settings.port(), ticker);
        this.connections = EventLoopState.on(loop, new Connector(), ticker, () -> 0);
    }

    /**
     * Sends one request; to be called on the event loop. The stage completes there within the
     * deadline, and never exceptionally because of anything that a server or a network can do. It
     * has the status of a complete response, or none.
     */
    public CompletionStage<OptionalInt> ask() {
        var exchange =
                new HttpExchange(
                        UpstreamRequest.own(path, HealthCheck::headers, loop),
                        settings,
                        address,
                        connections,
                        () -> {});
        exchange.start();
        return exchange.outcome()
                .thenApply(
                        outcome ->
                                outcome instanceof Answered(var response)
                                        ? OptionalInt.of(response.status().code())
                                        : OptionalInt.empty());
    }

    private static void headers(BiConsumer<? super CharSequence, ? super CharSequence> header) {
        header.accept("User-Agent", "forward-guard probe");
        header.accept("Connection", "close");
    }
}
