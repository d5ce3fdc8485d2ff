package dev.forwardguard.upstream.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.StubDns;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Tests lookups that have no thread to run on. */
class UpstreamResolverTest {
    private static final String NAME = StubDns.MOVING;
    private static final InetSocketAddress FOUND = address("127.0.0.1");

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> problem = new AtomicReference<>();
    private final UpstreamResolver resolver =
            new UpstreamResolver(NAME, 80, nanos::get, this::execute);

    private static InetSocketAddress address(String literal) {
        return new InetSocketAddress(InetAddress.ofLiteral(literal), 80);
    }

    private void execute(Runnable lookup) {
        switch (problem.get()) {
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            case null, default -> lookup.run();
        }
    }

    static Stream<Throwable> problems() {
        return Stream.of(
                new InternalError("no thread"), new RejectedExecutionException("shut down"));
    }

    @AfterEach
    void reset() {
        StubDns.reset();
    }

    private void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** Otherwise all later requests would wait for a lookup that nobody makes. */
    @ParameterizedTest
    @MethodSource("problems")
    void lookupThatCannotStartFailsAndIsMadeAgainLater(Throwable reason) {
        StubDns.answers(NAME, "127.0.0.1");
        problem.set(reason);
        CompletableFuture<List<InetSocketAddress>> first = resolver.lookUp();
        assertThat(first).isCompletedExceptionally();
        assertThat(resolver.lookUp()).as("a moment later").isCompletedExceptionally();

        problem.set(null);
        advance(Duration.ofSeconds(1));

        assertThat(resolver.lookUp()).isCompletedWithValue(List.of(FOUND));
    }

    /** A request that can use an old address does not even notice. */
    @ParameterizedTest
    @MethodSource("problems")
    void keepsKnownAddressesWhenLookupCannotStart(Throwable reason) {
        StubDns.answers(NAME, "127.0.0.1");
        resolver.lookUp().join();
        problem.set(reason);
        advance(Duration.ofSeconds(4));
        assertThat(resolver.known()).containsExactly(FOUND);

        problem.set(null);
        StubDns.answers(NAME, "127.0.0.2");
        advance(Duration.ofSeconds(4));
        resolver.known();

        assertThat(resolver.known()).containsExactly(address("127.0.0.2"));
    }
}
