package dev.forwardguard.upstream.connection;

import dev.forwardguard.time.Ticker;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Resolves the host name of the upstream. A lookup blocks for as long as the resolver likes, so it
 * runs on a thread of its own, and never more than once at a time. Requests use the addresses that
 * were found last, and wait only if there never were any.
 */
public final class UpstreamResolver {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamResolver.class);
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final String host;
    private final int port;
    private final Ticker ticker;
    private final Executor lookups;
    private final boolean literal;
    private final AtomicReference<@Nullable CompletableFuture<List<InetSocketAddress>>> lookup =
            new AtomicReference<>();
    private volatile List<InetSocketAddress> known = List.of();
    private volatile @Nullable Throwable failure;
    private volatile long lookedUpAt;

    public UpstreamResolver(String host, int port, Ticker ticker) {
        this(host, port, ticker, UpstreamResolver::startThread);
    }

    /**
     * @param lookups runs each lookup on a thread that may block
     */
    UpstreamResolver(String host, int port, Ticker ticker, Executor lookups) {
        this.host = host;
        this.port = port;
        this.ticker = ticker;
        this.lookups = lookups;
        this.literal = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
        if (literal) {
            // an IP address, so this makes no lookup
            known = List.of(new InetSocketAddress(host, port));
        }
    }

    private static void startThread(Runnable lookup) {
        Thread.ofPlatform().daemon().name("upstream-lookup").start(lookup);
    }

    public boolean leadsTo(String otherHost, int otherPort) {
        return port == otherPort && host.equals(otherHost);
    }

    /**
     * Returns the addresses to use now; empty if there never were any. Starts a lookup when they
     * are no longer fresh.
     */
    List<InetSocketAddress> known() {
        List<InetSocketAddress> addresses = known;
        if (!addresses.isEmpty() && ticker.nanos() - lookedUpAt > FRESH_NANOS) {
            lookUp();
        }
        return addresses;
    }

    /** Called when no known address accepts a connection: the upstream may have moved. */
    void unreachable() {
        if (ticker.nanos() - lookedUpAt > PAUSE_NANOS) {
            lookUp();
        }
    }

    /**
     * Looks the name up, or joins the lookup in flight. Fails with the resolver's exception. If the
     * last lookup failed a moment ago, it fails the same way without asking the resolver again.
     */
    CompletableFuture<List<InetSocketAddress>> lookUp() {
        if (literal) {
            return CompletableFuture.completedFuture(known);
        }
        Throwable recent = failure;
        if (recent != null && ticker.nanos() - lookedUpAt < PAUSE_NANOS) {
            return CompletableFuture.failedFuture(recent);
        }
        var mine = new CompletableFuture<List<InetSocketAddress>>();
        CompletableFuture<List<InetSocketAddress>> running = lookup.compareAndExchange(null, mine);
        if (running != null) {
            return running;
        }
        try {
            lookups.execute(() -> resolve(mine));
        } catch (RuntimeException | Error e) { // the system has no thread for it
            failed(mine, e);
        }
        return mine;
    }

    private void resolve(CompletableFuture<List<InetSocketAddress>> result) {
        List<InetSocketAddress> found;
        try {
            found =
                    Arrays.stream(InetAddress.getAllByName(host))
                            .map(address -> new InetSocketAddress(address, port))
                            .toList();
        } catch (UnknownHostException | RuntimeException | Error e) {
            failed(result, e);
            return;
        }
        known = found;
        ended(null);
        result.complete(found);
    }

    private void failed(CompletableFuture<List<InetSocketAddress>> result, Throwable problem) {
        LOG.debug("{} does not resolve", host, problem);
        ended(problem);
        result.completeExceptionally(problem);
    }

    /** Makes room for the next lookup, before anybody hears of this one. */
    private void ended(@Nullable Throwable problem) {
        failure = problem;
        lookedUpAt = ticker.nanos();
        lookup.set(null);
    }
}
