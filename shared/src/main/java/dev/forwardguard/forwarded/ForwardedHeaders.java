package dev.forwardguard.forwarded;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.client.ClientAddressResolver;
import dev.forwardguard.client.ForwardedProto;
import dev.forwardguard.forwarded.RequestWindow.Counts;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.status.StatusPart;
import dev.forwardguard.time.Ticker;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds the addresses of visitors, and notices when what the gateway says about visitors cannot be
 * true. Windows of at least 1,000 requests in at least ten minutes are judged, one after the other.
 * A request costs one atomic addition and allocates nothing more than its address; the clock is
 * read at the beginning of a window and, once it has enough requests, with every fiftieth. So a
 * window may be up to 49 requests longer than it has to be, and what event loops add while one is
 * judged counts in none.
 */
@Singleton
public final class ForwardedHeaders implements StatusPart {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardedHeaders.class);
    private static final long SHORTEST_NANOS = Duration.ofMinutes(10).toNanos();

    private final LiveSettings<?> settings;
    private final Ticker ticker;
    private final Consequences consequences;
    private final AtomicReference<@Nullable RequestWindow> window = new AtomicReference<>();
    private final Warning untrustedPeer =
            new Warning(
                    LOG,
                    "No peer that is not a trusted proxy sends the visitors' addresses any more");
    private final Warning oneAddress =
            new Warning(LOG, "Auth requests do not come from one private address any more");
    private final Warning withoutTls = new Warning(LOG, "Auth requests come with TLS again");
    private volatile ClientAddressResolver inForce;
    private volatile @Nullable ClientAddress suspected;
    private volatile int judged;

    ForwardedHeaders(LiveSettings<?> settings, Ticker ticker, Consequences consequences) {
        this.settings = settings;
        this.ticker = ticker;
        this.consequences = consequences;
        this.inForce = settings.common().clientAddress();
        settings.subscribe(this::comeIntoForce);
        comeIntoForce(); // they may have changed in between
    }

    /**
     * Returns the address whose requests are counted together, as {@link
     * ClientAddressResolver#visitor} has it, and takes note of the request.
     *
     * @param resolver of the settings that the request is handled under
     * @param tls whether the visitor used TLS, as the gateway says; asked only where that is not
     *     the usual field
     */
    public ClientAddress visitorOf(
            AuthRequest request, ClientAddressResolver resolver, Predicate<AuthRequest> tls) {
        ClientAddress peer = ClientAddress.of(request.connection().remoteAddress());
        ClientAddress client = resolver.resolve(request.headers(), peer);
        ClientAddress visitor = resolver.visitor(client);
        if (isInForce(resolver)) {
            boolean mayBeMany = visitor.isUnknown() && !client.isUnknown();
            RequestWindow now = window();
            boolean enough =
                    now.count(
                            mayBeMany && now.isOneAddress(client),
                            ForwardedProto.hasHttps(request.headers()) || tls.test(request));
            // a header that was believed has led to another address
            if (client.equals(peer) && resolver.isIgnored(request.headers(), peer)) {
                untrusted(now, peer);
            }
            if (enough && ticker.nanos() - now.beganAt() >= SHORTEST_NANOS) {
                end(now);
            }
        }
        return visitor;
    }

    /**
     * What is left of former settings must not count. Compares references: it is for each request.
     */
    @SuppressWarnings("ReferenceEquality")
    private boolean isInForce(ClientAddressResolver resolver) {
        return resolver == inForce;
    }

    private RequestWindow window() {
        RequestWindow now = window.get();
        while (now == null) {
            window.compareAndSet(null, new RequestWindow(ticker.nanos(), suspected));
            now = window.get();
        }
        return now;
    }

    /** The first one is told at once: one is enough to know that a proxy is not trusted. */
    private void untrusted(RequestWindow now, ClientAddress peer) {
        now.countUntrusted(peer);
        if (!untrustedPeer.isSaid()) {
            sayAtOnce(now);
        }
    }

    private synchronized void sayAtOnce(RequestWindow now) {
        if (isCurrent(now) && !untrustedPeer.isSaid()) {
            untrustedPeer.is(findings(now.counts()).untrustedPeer(), ticker.nanos());
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isCurrent(RequestWindow any) {
        return any == window.get();
    }

    private synchronized void end(RequestWindow full) {
        if (!window.compareAndSet(full, null)) {
            return; // another event loop was first
        }
        Counts counts = full.counts();
        long now = ticker.nanos();
        judged = counts.requests();
        suspected = counts.everybodysAddress();
        Findings findings = findings(counts);
        untrustedPeer.is(findings.untrustedPeer(), now);
        oneAddress.is(findings.oneAddress(), now);
        withoutTls.is(findings.withoutTls(), now);
    }

    private Findings findings(Counts counts) {
        return new Findings(counts, inForce.header().headerName(), consequences);
    }

    /** Compares the text, because ranges of addresses have no other equality. */
    private synchronized void comeIntoForce() {
        ClientAddressResolver next = settings.common().clientAddress();
        boolean same = next.toString().equals(inForce.toString());
        inForce = next;
        if (!same) {
            window.set(null);
            suspected = null;
            judged = 0;
            all().forEach(Warning::forget);
        }
    }

    private Stream<Warning> all() {
        return Stream.of(untrustedPeer, oneAddress, withoutTls);
    }

    @Override
    public String name() {
        return "forwarded-headers";
    }

    /** How many requests were judged last, none before the first time, and what there is to say. */
    @Override
    public Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("requests", judged);
        List<String> warnings = all().map(Warning::text).flatMap(Optional::stream).toList();
        if (!warnings.isEmpty()) {
            state.put("warnings", warnings);
        }
        return state;
    }
}
