package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What a guard says leaves it in one piece. Half a refusal, of a guard that is killed between two
 * pieces, would be passed on by gateways as a broken response.
 */
public abstract class OnePieceContract extends AgainstStubUpstream {
    private static final List<Header> HEADERS =
            List.of(
                    new Header("Location", "https://login.example/authorize?next=%2Fa"),
                    new Header("Set-Cookie", "a=1; Path=/"));

    private RunningGuard recorded;

    protected OnePieceContract(GuardKind kind) {
        super(kind);
    }

    @BeforeAll
    void startRecorded() {
        recorded =
                RunningGuard.start(
                        GuardFiles.with(settings()).htpasswd(Visitor.HTPASSWD),
                        Map.of(WrittenPieces.PROPERTY, true));
    }

    @AfterAll
    void stopRecorded() {
        recorded.close();
    }

    @BeforeEach
    void forget() {
        recorded.bean(WrittenPieces.class).forget();
    }

    private void assertOnePiece(String request, int status) throws IOException {
        RawAnswer answer = recorded.http().ask(request);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(recorded.bean(WrittenPieces.class).flushed())
                .containsExactly(List.of(answer.head().raw().length() + answer.body().length()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 200, 1_000, 8_000, 16 * 1024, 16 * 1024 + 1, 1 << 20})
    void refusalWithBody(int length) throws IOException {
        upstream.behaves(Behaviour.answers(401, HEADERS, Wire.octets(length)));

        for (int i = 0; i < 10; i++) {
            forget();
            assertOnePiece(kind.authRequest().wire(), 401);
        }
    }

    @Test
    void refusalWithManyHeaders() throws IOException {
        List<Header> large = List.of(new Header("Location", "/" + Wire.octets(60_000)));
        upstream.behaves(Behaviour.answers(302, large, Wire.octets(16 * 1024)));

        assertOnePiece(kind.authRequest().wire(), 302);
    }

    @Test
    void allow() throws IOException {
        upstream.behaves(Behaviour.answers(200, HEADERS, "body"));

        assertOnePiece(kind.authRequest().wire(), 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "*/*"})
    void decisionWithoutVerdict(String accept) throws IOException {
        upstream.behaves(Behaviour.answers(503));

        assertOnePiece(
                kind.authRequest().with("Accept", accept).wire(), kind.statusWithoutVerdict());
    }
}
