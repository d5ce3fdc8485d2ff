package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.upstream.Upstream;

import io.micronaut.http.HttpStatus;
import io.micronaut.http.exceptions.HttpStatusException;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Bugs: whatever is thrown and wherever, the guard answers as it does when it knows nothing about
 * the request.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class UnexpectedFailureContract {
    private final GuardKind kind;
    private RunningGuard guard;

    protected UnexpectedFailureContract(GuardKind kind) {
        this.kind = kind;
    }

    /** Asserts the guard's last resort, which differs between the guards. */
    protected abstract void assertLastResort(RawAnswer answer);

    /** The outcome that the metrics report for it. */
    protected abstract String outcome();

    @BeforeAll
    void start() {
        guard = RunningGuard.scripted("mode: auto\n", Visitor.HTPASSWD);
    }

    @AfterAll
    void stop() {
        guard.close();
    }

    static Stream<Named<Throwable>> failures() {
        return Stream.of(
                        new IllegalStateException("a bug"),
                        new NullPointerException("a bug"),
                        new StackOverflowError("a bug"),
                        new AssertionError("a bug"),
                        new NoClassDefFoundError("a/Bug"),
                        new OutOfMemoryError("a bug"),
                        new IOException("a bug"),
                        new UncheckedIOException(new IOException("a bug")),
                        new TimeoutException("a bug"),
                        new CancellationException("a bug"),
                        new URISyntaxException("a bug", "a bug"),
                        new CompletionException(new HttpStatusException(HttpStatus.OK, "a bug")),
                        new HttpStatusException(HttpStatus.OK, "a bug"),
                        new HttpStatusException(HttpStatus.BAD_REQUEST, "a bug"))
                .map(failure -> named(failure.toString(), failure));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void survivesThrownFailure(Throwable failure) throws IOException {
        assertSurvives(
                (_, _) -> {
                    UnexpectedFailureContract.<RuntimeException>raise(failure);
                    return CompletableFuture.failedFuture(failure);
                });
    }

    @ParameterizedTest
    @MethodSource("failures")
    void survivesFailedStage(Throwable failure) throws IOException {
        assertSurvives((_, _) -> CompletableFuture.failedFuture(failure));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void survivesStageFailingLater(Throwable failure) throws IOException {
        assertSurvives(
                (request, _) -> {
                    var later = new CompletableFuture<UpstreamOutcome>();
                    request.loop().execute(() -> later.completeExceptionally(failure));
                    return later;
                });
    }

    @SuppressWarnings("NullAway") // null is what these cases test
    static Stream<Named<Upstream>> nonsense() {
        return Stream.of(
                named("no stage", (_, _) -> null),
                named("no outcome", (_, _) -> CompletableFuture.completedFuture(null)),
                named("no verdict", answering(null)),
                named(
                        "no headers",
                        answering(new UpstreamResponse(HttpResponseStatus.OK, null, new byte[0]))),
                named(
                        "no status",
                        answering(
                                new UpstreamResponse(
                                        null, EmptyHttpHeaders.INSTANCE, new byte[0]))),
                named(
                        "no body",
                        answering(
                                new UpstreamResponse(
                                        HttpResponseStatus.FORBIDDEN,
                                        EmptyHttpHeaders.INSTANCE,
                                        null))));
    }

    /** "No headers" fails while the decision is written, after it was made. */
    @ParameterizedTest
    @MethodSource("nonsense")
    void survivesNonsense(Upstream upstream) throws IOException {
        assertSurvives(upstream);
    }

    private static Upstream answering(UpstreamResponse response) {
        return (_, _) -> CompletableFuture.completedFuture(new Answered(response));
    }

    /** Asks twice on one connection, with the right password. */
    private void assertSurvives(Upstream upstream) throws IOException {
        guard.upstream().plays(upstream);
        FallbackCounters before = guard.fallbacks();
        try (RawConnection client = guard.http().connect()) {
            for (long count = 1; count <= 2; count++) {
                RawAnswer answer = client.ask(Visitor.RIGHT.asks(kind.authRequest()));

                assertThat(answer.headers("X-Guard-Fallback")).containsExactly("internal_error");
                assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
                assertLastResort(answer);
                assertThat(guard.fallbacks().since(before))
                        .isEqualTo(Map.of("internal_error " + outcome(), count));
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable failure) throws T {
        throw (T) failure;
    }
}
