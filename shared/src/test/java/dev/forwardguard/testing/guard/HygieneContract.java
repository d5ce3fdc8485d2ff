package dev.forwardguard.testing.guard;

import static dev.forwardguard.outcome.FallbackReason.PROTOCOL_ERROR;
import static dev.forwardguard.outcome.FallbackReason.RESET;
import static dev.forwardguard.testing.Behaviour.answers;
import static dev.forwardguard.testing.Behaviour.answersRaw;
import static dev.forwardguard.testing.Behaviour.inTurn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;

/**
 * No response ever contains bytes of another one. All requests of one client connection run on one
 * event loop, so they share the pooled upstream connection.
 */
public abstract class HygieneContract extends AgainstStubUpstream {
    private static final String FORGED = Wire.ok("Content-Length: 0");

    protected HygieneContract(GuardKind kind) {
        super(kind);
    }

    @Test
    void reusesConnection() throws IOException {
        upstream.behaves(answers(403));

        assertStatuses(403, 403, 403);

        assertThat(numbersOnConnections()).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-Rest: ",
                "HTTP/1.1 200",
                "H",
                "\r\n",
                "\r",
                "garbage"
            })
    void excessBytesNeverReachNextRequest(String extra) throws IOException {
        String denied = Answer.of(403).wire();
        upstream.behaves(answersRaw(denied + extra).onReuse(answersRaw(FORGED)));

        assertStatuses(403, 403);

        assertThat(upstream.connections()).isEqualTo(2);
    }

    @Test
    void bodyOfNoContentNeverReachesNextRequest() throws IOException {
        upstream.behaves(
                answersRaw(Wire.head("HTTP/1.1 204 No Content", "Content-Length: 38") + FORGED)
                        .onReuse(answersRaw(FORGED)));

        assertStatuses(204, 204);

        assertThat(upstream.connections()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200", "?"})
    void unsolicitedBytesCloseIdleConnection(String octets) throws IOException {
        upstream.behaves(answers(403));
        try (RawConnection client = guard.http().connect()) {
            assertThat(client.ask(kind.authRequest()).status()).isEqualTo(403);
            upstream.awaitIdleConnections(1);

            upstream.pushToIdleConnections(octets);
            upstream.awaitOpenConnections(0);

            assertRelayed(client.ask(kind.authRequest()), 403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection: close", "connection: Close, x"})
    void doesNotReuseConnectionMarkedClose(String header) throws IOException {
        upstream.behaves(answersRaw(Wire.ok(header, "Content-Length: 0")));

        assertStatuses(200, 200);

        assertThat(upstream.requests()).extracting(ReceivedRequest::onConnection).containsOnly(1);
    }

    @Nested
    class WhenConnectionIsStale {
        @ParameterizedTest
        @ValueSource(strings = {"CLOSE", "RESET"})
        void usesFreshConnection(Ending ending) throws IOException {
            upstream.behaves(answers(403).onReuse(answersRaw("").then(ending)));

            assertStatuses(403, 403);

            assertThat(numbersOnConnections()).containsExactly(1, 2, 1);
        }

        @Test
        void retriesOnlyOnce() throws IOException {
            upstream.behaves(inTurn(answers(403), Behaviour.closesBeforeAnswer()));
            try (RawConnection client = guard.http().connect()) {
                assertThat(client.ask(kind.authRequest()).status()).isEqualTo(403);

                assertFallback(client.ask(kind.authRequest()), RESET);
            }
            assertThat(numbersOnConnections()).containsExactly(1, 2, 1);
        }

        @Test
        void doesNotRetryAfterFirstByte() throws IOException {
            upstream.behaves(answers(403).onReuse(answersRaw("HTTP/1.1 2").then(Ending.CLOSE)));
            try (RawConnection client = guard.http().connect()) {
                assertThat(client.ask(kind.authRequest()).status()).isEqualTo(403);

                assertFallback(client.ask(kind.authRequest()), PROTOCOL_ERROR);
            }
            assertThat(numbersOnConnections()).containsExactly(1, 2);
        }

        @Test
        void skipsConnectionClosedWhileIdle() throws IOException {
            upstream.behaves(answers(403));
            try (RawConnection client = guard.http().connect()) {
                assertThat(client.ask(kind.authRequest()).status()).isEqualTo(403);
                upstream.closeIdleConnections();

                assertRelayed(client.ask(kind.authRequest()), 403);
            }
            assertThat(numbersOnConnections()).containsExactly(1, 1);
        }
    }

    @Test
    void doesNotRetryOnFreshConnection() throws IOException {
        upstream.behaves(Behaviour.closesBeforeAnswer());

        assertFallback(ask(), RESET);

        assertThat(upstream.requests()).hasSize(1);
    }

    /** The number of each request on its connection; 1 means a fresh connection. */
    private List<Integer> numbersOnConnections() {
        return upstream.requests().stream().map(ReceivedRequest::onConnection).toList();
    }

    private void assertStatuses(int... statuses) throws IOException {
        try (RawConnection client = guard.http().connect()) {
            for (int status : statuses) {
                assertRelayed(client.ask(kind.authRequest()), status);
            }
        }
    }
}
