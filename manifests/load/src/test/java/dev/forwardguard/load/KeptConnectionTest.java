package dev.forwardguard.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Tests that the measuring client reads each response correctly, or fails. */
class KeptConnectionTest {
    private static final String REQUEST = RawRequest.get("/").wire();

    @Test
    void readsResponsesInSequence() throws IOException {
        Behaviour twice =
                Behaviour.inTurn(
                        Behaviour.answers(Answer.of(401).with("X-A", "1").body("first")),
                        Behaviour.answers(Answer.of(200).with("X-A", "2").body("")));
        try (var server = StubUpstream.start(twice);
                var connection = new KeptConnection(server.port())) {
            RawAnswer first = connection.ask(REQUEST);
            RawAnswer second = connection.ask(REQUEST);

            assertThat(first.status()).isEqualTo(401);
            assertThat(first.body()).isEqualTo("first");
            assertThat(second.status()).isEqualTo(200);
            assertThat(second.header("x-a")).hasValue("2");
            assertThat(second.body()).isEmpty();
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void readsResponseInPieces() throws IOException {
        String pieces = Answer.of(200).with("X-A", "1").body("whole").wire();
        try (var server = StubUpstream.start(Behaviour.drips(pieces, Duration.ofMillis(1)));
                var connection = new KeptConnection(server.port())) {
            RawAnswer answer = connection.ask(REQUEST);

            assertThat(answer.body()).isEqualTo("whole");
            assertThat(answer.elapsed()).isGreaterThan(Duration.ofMillis(pieces.length() / 2));
        }
    }

    @Test
    void detectsConnectionClose() throws IOException {
        Behaviour last = Behaviour.answers(Answer.of(200).with("Connection", "close"));
        try (var server = StubUpstream.start(last);
                var connection = new KeptConnection(server.port())) {
            assertThat(connection.ask(REQUEST).closed()).isTrue();
        }
    }

    @Test
    void rejectsTruncatedAndUndelimitedResponses() throws IOException {
        List<Behaviour> odd =
                List.of(
                        Behaviour.closesBeforeAnswer(),
                        Behaviour.answersRaw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
                                .then(Ending.CLOSE),
                        Behaviour.answersUntilClose(200, List.of(), "body"));
        for (Behaviour behaviour : odd) {
            try (var server = StubUpstream.start(behaviour);
                    var connection = new KeptConnection(server.port())) {
                assertThatIOException().isThrownBy(() -> connection.ask(REQUEST));
            }
        }
    }
}
