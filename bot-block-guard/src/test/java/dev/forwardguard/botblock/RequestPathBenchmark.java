package dev.forwardguard.botblock;

import dev.forwardguard.guard.HeaderSelection;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.RelayedCookies;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.breaker.CircuitBreaker;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Measures what the guard's own code costs per request: time, and bytes of the heap with the
 * profiler {@code gc}. Not a test; the Maven profile {@code benchmark} runs it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@Warmup(iterations = 5)
@Measurement(iterations = 5)
public class RequestPathBenchmark {
    private static final HttpResponseStatus[] STATUSES = {
        HttpResponseStatus.OK, HttpResponseStatus.FORBIDDEN, HttpResponseStatus.BAD_GATEWAY
    };

    private final HeaderNames secrets = BotBlockSettings.defaults("/auth").dropRequestHeaders();
    private final VerdictRule verdicts = BotBlockBeans.SPEC.verdicts();
    private final CircuitBreaker breaker =
            new CircuitBreaker(
                    BreakerSettings.DEFAULTS, Duration.ofSeconds(6), Ticker.system(), state -> {});
    private final HttpHeaders requestHeaders = requestHeaders();
    private final HttpHeaders responseHeaders = responseHeaders();
    private int next;

    /** Traefik's auth request as the codec reads it: 15 headers with a cookie of 1.5 KB. */
    private static HttpHeaders requestHeaders() {
        HttpHeaders read = new DefaultHttpHeaders();
        sent().forEach(
                        field ->
                                read.add(
                                        new AsciiString(field.getKey()),
                                        new AsciiString(field.getValue())));
        return read;
    }

    private static HttpHeaders sent() {
        return new DefaultHttpHeaders()
                .add("Host", "bot-block-guard:8080")
                .add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
                .add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
                .add("Accept-Language", "en,de;q=0.5")
                .add("Referer", "https://app.example.com/")
                .add("Sec-Fetch-Mode", "navigate")
                .add("X-Forwarded-For", "203.0.113.7")
                .add("X-Forwarded-Host", "app.example.com")
                .add("X-Forwarded-Method", "GET")
                .add("X-Forwarded-Port", "443")
                .add("X-Forwarded-Proto", "https")
                .add("X-Forwarded-Server", "traefik-1")
                .add("X-Forwarded-Uri", "/page?x=1")
                .add("X-Real-Ip", "203.0.113.7")
                .add("Cookie", "session=" + "x".repeat(1_500));
    }

    /** A response with a {@code Connection} header, which most servers send. */
    private static HttpHeaders responseHeaders() {
        return new DefaultHttpHeaders()
                .add("Server", "nginx")
                .add("Date", "Sat, 21 Nov 2026 12:00:00 GMT")
                .add("Content-Type", "text/plain")
                .add("Content-Length", "8")
                .add("Connection", "keep-alive")
                .add("Cache-Control", "no-store");
    }

    @Benchmark
    public void headersForUpstream(Blackhole written) {
        HeaderSelection.forUpstream(requestHeaders, secrets)
                .forEach(
                        (name, value) -> {
                            written.consume(name);
                            written.consume(value);
                        });
    }

    @Benchmark
    public HttpHeaders headersOfAllow() {
        return HeaderSelection.ofAllow(responseHeaders, RelayedCookies.NONE);
    }

    @Benchmark
    public HttpHeaders headersForTraefik() {
        return HeaderSelection.forTraefik(responseHeaders);
    }

    @Benchmark
    public boolean classification() {
        next = next == STATUSES.length - 1 ? 0 : next + 1;
        return verdicts.isVerdict(STATUSES[next]);
    }

    @Benchmark
    public void closedCircuitPermit() {
        breaker.tryAcquire().orElseThrow().succeeded();
    }
}
