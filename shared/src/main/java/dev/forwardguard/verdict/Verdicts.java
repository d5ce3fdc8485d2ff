package dev.forwardguard.verdict;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.client.ClientNetwork;
import dev.forwardguard.http1.OutgoingHeaders;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamRequest;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Remembers who was allowed what, and for how long that holds.
 *
 * <p>Remembered is an allow that names a user and sets no cookie, to a request with a session and
 * without an {@code Authorization}. A redirect, a 401 or a 403 forgets all that the same user was
 * allowed, and so does a sign-out; any other answer changes nothing. A change of the settings that
 * matter forgets everything.
 */
public final class Verdicts {
    private final CharSequence userHeader;
    private final Ticker ticker;
    private final VerdictKeys keys = new VerdictKeys();
    private final VerdictStore store;
    private final Flights flights;
    private final LongAdder reused = new LongAdder();
    private volatile @Nullable InForce inForce;

    /** The settings that remembered verdicts belong to. */
    private record InForce(VerdictSettings verdicts, UpstreamSettings upstream) {
        /** Equal ones are nearly always the same, and to compare them costs more than to ask. */
        @SuppressWarnings("ReferenceEquality")
        boolean are(VerdictSettings otherVerdicts, UpstreamSettings otherUpstream) {
            return (verdicts == otherVerdicts || verdicts.equals(otherVerdicts))
                    && (upstream == otherUpstream || upstream.equals(otherUpstream));
        }
    }

    /**
     * @param userHeader the header in which the upstream names the user of an allow
     * @param mostBytes of the heap, for all that is remembered
     * @param mostWaiting how many requests may wait for the answer to another one
     */
    public Verdicts(CharSequence userHeader, long mostBytes, int mostWaiting, Ticker ticker) {
        this(userHeader, mostBytes, mostWaiting, ticker, Flights.SLOW);
    }

    /**
     * @param slow how long others wait for one request before some ask for themselves
     */
    Verdicts(
            CharSequence userHeader,
            long mostBytes,
            int mostWaiting,
            Ticker ticker,
            Duration slow) {
        this.userHeader = userHeader;
        this.ticker = ticker;
        this.store = new VerdictStore(mostBytes, ticker);
        this.flights = new Flights(mostWaiting, ticker, slow);
    }

    /** To be called with the settings in force, at the start and after each change. */
    public synchronized void comeIntoForce(VerdictSettings verdicts, UpstreamSettings upstream) {
        var next = new InForce(verdicts, upstream);
        if (!next.equals(inForce)) {
            inForce = null; // meanwhile nothing is remembered or served
            store.clear(verdicts.longest().toNanos());
        }
        inForce = next;
    }

    /** Whether a request under these settings may be remembered. Cheap: nearly all are off. */
    private boolean areInForce(VerdictSettings verdicts, UpstreamSettings upstream) {
        if (verdicts.areOff()) {
            return false;
        }
        InForce now = inForce;
        return now != null && now.are(verdicts, upstream);
    }

    /**
     * An upstream that answers from memory what it may, and remembers the answers of this one.
     *
     * @param client tells who asks, when that is needed
     */
    public Upstream inFrontOf(
            Upstream upstream, VerdictSettings settings, Supplier<ClientAddress> client) {
        return settings.areOff()
                ? upstream
                : (request, now) -> ask(upstream, settings, client, request, now);
    }

    private CompletionStage<UpstreamOutcome> ask(
            Upstream upstream,
            VerdictSettings settings,
            Supplier<ClientAddress> client,
            UpstreamRequest request,
            GuardSettings now) {
        long turn = store.turn(); // first: what is forgotten from now on is not remembered
        if (now.mode() == Mode.FALLBACK || !areInForce(settings, now.upstream())) {
            return upstream.ask(request, now);
        }
        AskedFor asked = AskedFor.in(request.headers(), settings);
        if (!asked.isComplete()) {
            return upstream.ask(request, now)
                    .thenApply(outcome -> forgetIfRefused(outcome, request, settings));
        }
        VerdictKey key = key(request, now, asked);
        Flights.Asking asking =
                again -> {
                    long at = ticker.nanos();
                    return upstream.ask(again, now)
                            .thenApply(
                                    outcome ->
                                            learn(
                                                    outcome, key, request, settings, client, turn,
                                                    at));
                };
        if (settings.reuse().isZero() || asked.hasAuthorization()) {
            return asking.apply(request).thenApply(Flights.Answer::outcome);
        }
        Optional<RememberedVerdict> fresh = store.find(key, settings.reuse().toNanos());
        if (fresh.isPresent()) {
            reused.increment();
            return CompletableFuture.completedFuture(new Answered(fresh.get().verdict()));
        }
        return flights.ask(key, request, now.upstream().deadline().toNanos(), asking);
    }

    private VerdictKey key(UpstreamRequest request, GuardSettings now, AskedFor asked) {
        return keys.of(now.upstream().url().toString(), request.uri(), asked);
    }

    /**
     * Reads the headers again: nothing of a request that waits is kept but the request, whose bytes
     * are counted.
     */
    private Flights.Answer learn(
            UpstreamOutcome outcome,
            VerdictKey key,
            UpstreamRequest request,
            VerdictSettings settings,
            Supplier<ClientAddress> client,
            long turn,
            long at) {
        if (!(outcome instanceof Answered(var verdict)) || !verdict.allows()) {
            if (isRefusal(outcome)) {
                store.forgetAsked(key);
            }
            return new Flights.Answer(forgetIfRefused(outcome, request, settings), null);
        }
        AskedFor asked = AskedFor.in(request.headers(), settings);
        Optional<String> user = asked.hasAuthorization() ? Optional.empty() : userOf(verdict);
        if (user.isEmpty()) {
            return new Flights.Answer(outcome, null);
        }
        ClientNetwork network = client.get().surroundings();
        long[] cookies = keys.ofCookies(asked);
        RememberedVerdict remembered =
                store.find(key, Long.MAX_VALUE)
                        .filter(before -> before.isRepeatedBy(verdict, network, cookies))
                        .map(before -> before.again(at))
                        .orElseGet(
                                () ->
                                        RememberedVerdict.of(
                                                verdict, user.get(), network, cookies, at));
        boolean forOthers = store.put(key, remembered, turn);
        return new Flights.Answer(outcome, forOthers ? new Answered(remembered.verdict()) : null);
    }

    /** Whoever is sent to the login, or turned away, is in with none of the sessions any more. */
    private UpstreamOutcome forgetIfRefused(
            UpstreamOutcome outcome, UpstreamRequest request, VerdictSettings settings) {
        if (isRefusal(outcome)) {
            store.forgetOwnersOf(keys.ofCookies(AskedFor.in(request.headers(), settings)));
        }
        return outcome;
    }

    private static boolean isRefusal(UpstreamOutcome outcome) {
        return outcome instanceof Answered(var verdict) && endsSession(verdict);
    }

    /** A broken upstream answers with other statuses to everybody. */
    private static boolean endsSession(UpstreamResponse refusal) {
        return switch (refusal.status().code()) {
            case 301, 302, 303, 307, 308, 401, 403 -> true;
            default -> false;
        };
    }

    /**
     * Empty if the allow is not for a user with a session that it leaves as it is, or if what of
     * its headers goes back is not certain.
     */
    private Optional<String> userOf(UpstreamResponse allow) {
        HttpHeaders headers = allow.headers();
        List<String> names = headers.getAll(userHeader);
        boolean usual =
                names.size() == 1
                        && !names.getFirst().isBlank()
                        && !headers.contains(HttpHeaderNames.SET_COOKIE)
                        && headers.getAll(HttpHeaderNames.CONNECTION).stream()
                                .allMatch(Verdicts::namesNoHeader);
        return usual ? Optional.of(names.getFirst()) : Optional.empty();
    }

    private static boolean namesNoHeader(String connection) {
        return HttpHeaderValues.KEEP_ALIVE.contentEqualsIgnoreCase(connection)
                || HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(connection);
    }

    /**
     * The last allow of this session, while there is no verdict.
     *
     * @param client tells who asks: the last allow was for the same network
     */
    public Optional<RememberedAllow> lastAllow(
            UpstreamRequest request,
            VerdictSettings settings,
            GuardSettings now,
            Supplier<ClientAddress> client) {
        Duration within = settings.surviveOutage();
        if (within.isZero() || !areInForce(settings, now.upstream())) {
            return Optional.empty();
        }
        ClientNetwork network = client.get().surroundings();
        AskedFor asked = AskedFor.in(request.headers(), settings);
        if (!asked.isComplete() || network.isUnknown()) {
            return Optional.empty();
        }
        return store.use(key(request, now, asked), within.toNanos(), network)
                .map(
                        use ->
                                new RememberedAllow(
                                        use.verdict().verdict(),
                                        use.verdict().user(),
                                        use.first()));
    }

    /**
     * An allow of before that holds now.
     *
     * @param firstUse whether the session has not needed it before in this outage
     */
    public record RememberedAllow(UpstreamResponse verdict, String user, boolean firstUse) {
        /** Never the user or the headers. */
        @Override
        public String toString() {
            return "RememberedAllow";
        }
    }

    /**
     * A sign-out: each run forgets all that the users of the session in these headers were allowed,
     * and what is being asked for them. To be run when it begins, and again when the upstream has
     * ended the session.
     */
    public Runnable signOut(HttpHeaders headers, VerdictSettings settings) {
        if (settings.areOff()) {
            return () -> {};
        }
        OutgoingHeaders all =
                each ->
                        headers.iteratorCharSequence()
                                .forEachRemaining(
                                        field -> each.accept(field.getKey(), field.getValue()));
        long[] cookies = keys.ofCookies(AskedFor.in(all, settings));
        return () -> store.forgetOwnersOf(cookies);
    }

    /** How many answers were remembered ones. */
    public long reused() {
        return reused.sum();
    }

    /** How many answers were those to other requests that were under way. */
    public long shared() {
        return flights.shared();
    }

    /** How many requests wait for the answer to another one. */
    public int waiting() {
        return flights.waiting();
    }

    /** How many verdicts are remembered and may still be used. */
    public int remembered() {
        store.expire();
        return store.size();
    }

    /** How many users they are for. */
    public int users() {
        return store.users();
    }

    /** How many bytes of the heap they take. */
    public long bytes() {
        return store.bytes();
    }

    /** How many sessions are in by a former verdict in this outage. */
    public int surviving() {
        return store.used();
    }
}
