package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Which statuses are a verdict, and that all others are {@code bad_status}. */
public abstract class VerdictContract extends AgainstStubUpstream {
    private static final String WANTED = "X-Wanted-Status";

    protected VerdictContract(GuardKind kind) {
        super(kind);
    }

    /** The statuses from 200 to 599 that are no verdict of this guard's upstream. */
    protected abstract IntStream noVerdicts();

    @BeforeEach
    void answerAsWanted() {
        upstream.behaves(
                (dialogue, request) ->
                        Behaviour.answers(Integer.parseInt(request.header(WANTED).orElse("200")))
                                .answer(dialogue, request));
    }

    @Test
    void onlyListedStatusesAreNoVerdict() throws IOException {
        Set<Integer> unrelayed = new TreeSet<>();
        try (RawConnection client = guard.http().connect()) {
            for (int status = 200; status <= 599; status++) {
                RawAnswer answer = client.ask(kind.authRequest().with(WANTED, "" + status));
                Optional<String> fallback = answer.header("X-Guard-Fallback");
                if (fallback.isEmpty()) {
                    assertThat(answer.status()).isEqualTo(status);
                } else {
                    assertThat(fallback).contains("bad_status");
                    assertThat(answer.status()).isEqualTo(kind.statusWithoutVerdict());
                    unrelayed.add(status);
                }
            }
        }

        assertThat(unrelayed).containsExactlyElementsOf(noVerdicts().boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 700, 999})
    void invalidStatusIsNoVerdict(int status) throws IOException {
        assertFallback(
                ask(kind.authRequest().with(WANTED, "" + status)), FallbackReason.BAD_STATUS);
    }

    @Test
    void switchingProtocolsIsNoVerdict() throws IOException {
        String head =
                Wire.head("HTTP/1.1 101 Switching", "Connection: Upgrade", "Upgrade: websocket");
        upstream.behaves(Behaviour.answersRaw(head + Wire.ok("Content-Length: 0")));

        assertFallback(ask(), FallbackReason.BAD_STATUS);
        upstream.awaitOpenConnections(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: \"1\"\r\n\r\n",
                "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 2\r\n\r\nno",
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/2\r\nContent-Length: 1\r\n\r\nx",
                "HTTP/1.1 503 Starting\r\nRetry-After: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void dropsHeadersOfBadStatus(String octets) throws IOException {
        upstream.behaves(Behaviour.answersRaw(octets));

        RawAnswer answer = ask();

        assertFallback(answer, FallbackReason.BAD_STATUS);
        for (String name : List.of("ETag", "Content-Range", "Retry-After", "Transfer-Encoding")) {
            assertThat(answer.header(name)).isEmpty();
        }
    }

    @Test
    void incompleteResponseIsNoVerdict() throws IOException {
        upstream.behaves(
                Behaviour.answersRaw(Wire.head("HTTP/1.1 403 No", "Content-Length: 2") + "n")
                        .then(Ending.CLOSE));

        assertFallback(ask(), FallbackReason.PROTOCOL_ERROR);
    }

    @Test
    void configuredStatusesAreNoVerdict() throws IOException {
        String settings =
                "upstream: {url: '%s', failure-statuses: [418, 401]}".formatted(upstream.uri());
        try (var strict = RunningGuard.start(settings, Visitor.HTPASSWD)) {
            for (int status : new int[] {401, 418}) {
                assertThat(
                                strict.http()
                                        .ask(kind.authRequest().with(WANTED, "" + status))
                                        .header("X-Guard-Fallback"))
                        .contains("bad_status");
            }
            assertThat(strict.http().ask(kind.authRequest().with(WANTED, "403")).status())
                    .isEqualTo(403);
        }
    }
}
