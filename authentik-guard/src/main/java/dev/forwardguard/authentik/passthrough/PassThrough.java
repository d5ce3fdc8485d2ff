package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.authentik.emergency.EmergencyUsers;
import dev.forwardguard.server.CallerConnection;
import dev.forwardguard.server.OtherRequests;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.status.StatusPart;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.connection.ConnectionPool;
import dev.forwardguard.upstream.connection.Connector;
import dev.forwardguard.upstream.connection.UpstreamResolver;
import dev.forwardguard.verdict.Verdicts;

import io.micronaut.context.annotation.Context;
import io.micronaut.http.client.ServiceHttpClientConfiguration;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;

import jakarta.inject.Named;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Passes the rest of the outpost through: starting a login, its callback, signing out. Requests and
 * responses are streamed as if the guard were not there. {@code Host} is kept, because the outpost
 * finds the application by it. If the outpost does not respond, there is no fallback.
 */
@Context // a bean that cannot be created stops the start, not the first request
final class PassThrough implements OtherRequests, StatusPart {
    private static final String EVERYTHING = AuthentikSettings.PREFIX;
    private static final int MOST_IDLE = 16;

    private final LiveSettings<AuthentikSettings> settings;
    private final EmergencyUsers users;
    private final Verdicts verdicts;
    private final Ticker ticker;
    private final Limits limits;
    private final Places places;
    private final Connector connector = Connector.forStreams();
    private final ConcurrentMap<EventLoop, ConnectionPool> pools = new ConcurrentHashMap<>();
    private volatile @Nullable UpstreamResolver address;

    PassThrough(
            LiveSettings<AuthentikSettings> settings,
            EmergencyUsers users,
            Verdicts verdicts,
            Ticker ticker,
            @Named("outpost") ServiceHttpClientConfiguration outpost) {
        this.settings = settings;
        this.users = users;
        this.verdicts = verdicts;
        this.ticker = ticker;
        this.limits = Limits.of(outpost);
        this.places = new Places(limits.places());
    }

    @Override
    public ChannelHandler handlerFor(CallerConnection connection) {
        return new PassThroughHandler(this, connection);
    }

    /** Whether a path is the outpost's. */
    static boolean isOutposts(String path) {
        return path.startsWith(EVERYTHING)
                || (path.length() == EVERYTHING.length() - 1 && EVERYTHING.startsWith(path));
    }

    /** The settings in force. Each request reads them once. */
    AuthentikSettings settings() {
        return settings.now();
    }

    EmergencyUsers users() {
        return users;
    }

    Verdicts verdicts() {
        return verdicts;
    }

    Limits limits() {
        return limits;
    }

    Places places() {
        return places;
    }

    long now() {
        return ticker.nanos();
    }

    ConnectionPool pool(EventLoop loop) {
        return pools.computeIfAbsent(
                loop, any -> new ConnectionPool(any, connector, ticker, () -> MOST_IDLE));
    }

    /** The address of the outpost with the settings in force. */
    UpstreamResolver address(UpstreamSettings upstream) {
        UpstreamResolver current = address;
        if (current == null || !current.leadsTo(upstream.host(), upstream.port())) {
            current = new UpstreamResolver(upstream.host(), upstream.port(), ticker);
            address = current;
        }
        return current;
    }

    @Override
    public String name() {
        return "pass-through";
    }

    @Override
    public Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("places", limits.places());
        state.put("taken", places.taken());
        state.put("waiting", places.waiting());
        return state;
    }
}
