package dev.forwardguard.verdict;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.http1.OutgoingHeaders;
import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.upstream.UpstreamRequest;
import dev.forwardguard.verdict.Verdicts.RememberedAllow;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Promise;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** {@link Verdicts} in front of an upstream that a test plays, with a clock moved by hand. */
final class RememberingGuard implements AutoCloseable {
    static final String USER = "X-authentik-username";
    static final String HOST = "app.example.com";
    static final ClientAddress HOME = address("198.51.100.7");
    static final VerdictSettings BOTH = settings(10, 3600);
    static final VerdictSettings REUSE = settings(10, 0);
    static final VerdictSettings SURVIVE = settings(0, 3600);

    final AtomicLong clock = new AtomicLong(1);
    final Verdicts verdicts;
    final List<UpstreamRequest> asked = Collections.synchronizedList(new ArrayList<>());
    private final EventLoop loop = new DefaultEventLoop();
    private Function<UpstreamRequest, CompletionStage<UpstreamOutcome>> upstream;
    VerdictSettings settings = BOTH;
    GuardSettings guard = guard("http://outpost:9000", Mode.AUTO);

    /** Nobody waits for longer than the deadline, which is by the clock of the test. */
    RememberingGuard() {
        this(Duration.ofHours(1));
    }

    /**
     * @param slow how long, in real time, others wait for one request
     */
    RememberingGuard(Duration slow) {
        verdicts = new Verdicts(USER, 1 << 20, 256, clock::get, slow);
        upstream = any -> CompletableFuture.completedFuture(allow("alice"));
        comeIntoForce();
    }

    static VerdictSettings settings(int reuseSeconds, int survivalSeconds) {
        return new VerdictSettings(
                Duration.ofSeconds(reuseSeconds),
                Duration.ofSeconds(survivalSeconds),
                Set.of("authentik_proxy"));
    }

    static GuardSettings guard(String upstream, Mode mode) {
        return new GuardSettings(
                mode,
                UpstreamSettings.defaults(
                        URI.create(upstream),
                        new ProbeSettings("/", Optional.empty(), Set.of(400, 404, 500))),
                BreakerSettings.DEFAULTS,
                HeaderNames.NONE);
    }

    static ClientAddress address(String text) {
        return ClientAddress.parse(text).orElseThrow();
    }

    void comeIntoForce() {
        verdicts.comeIntoForce(settings, guard.upstream());
    }

    void answers(UpstreamOutcome outcome) {
        upstream = any -> CompletableFuture.completedFuture(outcome);
    }

    void plays(Function<UpstreamRequest, CompletionStage<UpstreamOutcome>> script) {
        upstream = script;
    }

    void advance(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    static UpstreamOutcome allow(String user, String... more) {
        HttpHeaders headers = new DefaultHttpHeaders();
        if (!user.isEmpty()) {
            headers.set(USER, user);
        }
        for (int i = 0; i < more.length; i += 2) {
            headers.add(more[i], more[i + 1]);
        }
        return answer(200, headers);
    }

    static UpstreamOutcome refusal(int status) {
        return answer(status, new DefaultHttpHeaders().set("Location", "/login"));
    }

    private static UpstreamOutcome answer(int status, HttpHeaders headers) {
        return new Answered(
                new UpstreamResponse(HttpResponseStatus.valueOf(status), headers, new byte[0]));
    }

    static UpstreamOutcome down() {
        return new Unavailable(FallbackReason.CONNECT_REFUSED);
    }

    /** The headers of an auth request with this session. */
    static HttpHeaders session(String value) {
        return new DefaultHttpHeaders()
                .set("X-Forwarded-Proto", "https")
                .set("X-Forwarded-Host", HOST)
                .set("Cookie", "theme=dark; authentik_proxy_1=" + value);
    }

    UpstreamRequest request(HttpHeaders headers) {
        return request(headers, loop.newPromise());
    }

    UpstreamRequest request(HttpHeaders headers, Promise<Void> hangUp) {
        return request("/outpost.goauthentik.io/auth/traefik", headers, hangUp);
    }

    UpstreamRequest request(String uri, HttpHeaders headers, Promise<Void> hangUp) {
        OutgoingHeaders all =
                each -> headers.forEach(field -> each.accept(field.getKey(), field.getValue()));
        return new UpstreamRequest(
                uri,
                Optional.empty(),
                all,
                loop,
                hangUp,
                () -> HOME,
                BufferBudget.unbounded(),
                Duration.ZERO);
    }

    Promise<Void> hangUp() {
        return loop.newPromise();
    }

    CompletableFuture<UpstreamOutcome> begin(UpstreamRequest request) {
        return verdicts.inFrontOf(
                        (sent, now) -> {
                            asked.add(sent);
                            return upstream.apply(sent);
                        },
                        settings,
                        () -> HOME)
                .ask(request, guard)
                .toCompletableFuture();
    }

    UpstreamOutcome ask(HttpHeaders headers) {
        return begin(request(headers)).join();
    }

    UpstreamOutcome ask(String session) {
        return ask(session(session));
    }

    Optional<RememberedAllow> lastAllow(HttpHeaders headers, ClientAddress from) {
        return verdicts.lastAllow(request(headers), settings, guard, () -> from);
    }

    Optional<RememberedAllow> lastAllow(String session) {
        return lastAllow(session(session), HOME);
    }

    /** How often the upstream was asked since the last call. */
    int asked() {
        int number = asked.size();
        asked.clear();
        return number;
    }

    /** Waits for what is to happen on the event loop. */
    void settle() {
        loop.submit(() -> {}).syncUninterruptibly();
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS);
    }
}
