package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.util.Map;

/**
 * One guard and one stub upstream for all tests of a class, and the requests and assertions that
 * nearly all of them need.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class AgainstStubUpstream {
    protected final GuardKind kind;
    protected StubUpstream upstream;
    protected RunningGuard guard;
    private FallbackCounters before;

    protected AgainstStubUpstream(GuardKind kind) {
        this.kind = kind;
    }

    /** The upstream settings of {@code guard.yml} other than its address. */
    protected String limits() {
        return "connect-timeout: 2s, read-timeout: 5s, deadline: 5s";
    }

    /**
     * The breaker settings of {@code guard.yml}. By default the circuit practically never opens:
     * most tests are about one request and must not depend on those before it.
     */
    protected String breaker() {
        return "consecutive-failures: 1000000, minimum-calls: 1000000";
    }

    /** The rest of {@code guard.yml}. */
    protected String furtherSettings() {
        return "";
    }

    protected String settings() {
        return "upstream: {url: '%s', %s}\nbreaker: {%s}\n%s"
                .formatted(upstream.uri(), limits(), breaker(), furtherSettings());
    }

    @BeforeAll
    protected void start() throws IOException {
        upstream = StubUpstream.start();
        // each request that fails is followed by a probe, which may arrive during the next test
        upstream.remembers(request -> !isProbe(request));
        guard = RunningGuard.start(settings(), Visitor.HTPASSWD);
        before = guard.fallbacks();
        assertThat(guard.http().ask(kind.authRequest()).status()).isEqualTo(200);
    }

    @BeforeEach
    protected void beginAnew() {
        upstream.goDown();
        upstream.comeBack();
        upstream.forget();
        upstream.behaves(Behaviour.answers(200));
        before = guard.fallbacks();
    }

    @AfterAll
    protected void stop() {
        guard.close();
        upstream.close();
    }

    private static boolean isProbe(ReceivedRequest request) {
        return request.header("User-Agent").filter("forward-guard probe"::equals).isPresent();
    }

    protected RawAnswer ask() throws IOException {
        return ask(kind.authRequest());
    }

    protected RawAnswer ask(RawRequest request) throws IOException {
        return guard.http().ask(request);
    }

    /** Asserts that the guard decided without a verdict, for this reason, and counted that once. */
    protected void assertFallback(RawAnswer answer, FallbackReason reason) {
        assertThat(answer.headers("X-Guard-Fallback")).containsExactly(reason.label());
        assertThat(answer.status()).isEqualTo(kind.statusWithoutVerdict());
        assertCounted(Map.of(reason.label() + " " + kind.outcomeWithoutVerdict().label(), 1L));
    }

    /** Asserts that this is the upstream's own response, and that no fallback was counted. */
    protected void assertRelayed(RawAnswer answer, int status) {
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
        assertThat(answer.status()).isEqualTo(status);
        assertCounted(Map.of());
    }

    /** Asserts that exactly these fallbacks were counted since the test began. */
    protected void assertCounted(Map<String, Long> fallbacks) {
        assertThat(guard.fallbacks().since(before)).isEqualTo(fallbacks);
    }
}
