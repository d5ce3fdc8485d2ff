package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;

/** The upstream request is the same GET, whatever method and body the auth request has. */
public abstract class AnyMethodContract extends AgainstStubUpstream {
    protected AnyMethodContract(GuardKind kind) {
        super(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET",
                "HEAD",
                "OPTIONS",
                "POST",
                "PUT",
                "PATCH",
                "DELETE",
                "TRACE",
                "PROPFIND",
                "REPORT",
                "FOO",
                "get",
                "M-SEARCH"
            })
    void acceptsAnyMethod(String method) throws IOException {
        upstream.behaves(Behaviour.answers(403));

        RawAnswer answer = ask(kind.authRequest(method));

        assertRelayed(answer, 403);
        assertPlainRequest();
    }

    @Test
    void acceptsWebSocketHandshake() throws IOException {
        RawAnswer answer =
                ask(
                        kind.authRequest()
                                .with("Connection", "Upgrade")
                                .with("Upgrade", "websocket")
                                .with("Sec-WebSocket-Version", "13")
                                .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));

        assertRelayed(answer, 200);
        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.header("Upgrade")).isEmpty();
        assertThat(received.header("Connection")).isEmpty();
        assertThat(received.header("Sec-WebSocket-Key")).contains("dGhlIHNhbXBsZSBub25jZQ==");
    }

    @Test
    void readsAndDropsBodies() throws IOException {
        String large = Wire.octets(3 << 20);
        try (RawConnection client = guard.http().connect()) {
            var post = kind.authRequest("POST").with("Content-Length", "" + large.length());
            assertRelayed(client.ask(post.body(large)), 200);
            var chunked = kind.authRequest("PUT").with("Transfer-Encoding", "chunked");
            assertRelayed(client.ask(chunked.body("5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n")), 200);

            assertRelayed(client.ask(kind.authRequest()), 200);
        }
        upstream.awaitRequests(3);
        for (int i = 0; i < 3; i++) {
            assertPlainRequest();
        }
    }

    @Test
    void doesNotWaitForBody() throws IOException {
        try (RawConnection client = guard.http().connect()) {
            client.send(kind.authRequest("POST").with("Content-Length", "10").wire());

            assertRelayed(client.receive(), 200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5", "Transfer-Encoding: chunked"})
    void acceptsAnnouncedBody(String framing) throws IOException {
        String name = framing.substring(0, framing.indexOf(':'));
        String value = framing.substring(framing.indexOf(':') + 2);
        var post = kind.authRequest("POST").with("Expect", "100-continue").with(name, value);
        try (RawConnection client = guard.http().connect()) {
            RawAnswer answer = client.ask(post);
            if (answer.status() == 100) {
                client.send(value.equals("5") ? "hello" : "5\r\nhello\r\n0\r\n\r\n");
                answer = client.receive();
            }
            assertRelayed(answer, 200);
        }
        assertPlainRequest();
    }

    /** Asserts that the upstream received a GET without a body. */
    private void assertPlainRequest() {
        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.method()).isEqualTo("GET");
        assertThat(received.uri()).isEqualTo(kind.path());
        assertThat(received.version()).isEqualTo("HTTP/1.1");
        assertThat(received.body()).isEmpty();
        assertThat(withoutHost(received.headers()))
                .isEqualTo(withoutHost(kind.authRequest().headers()));
    }

    private static List<Header> withoutHost(List<Header> headers) {
        return headers.stream().filter(header -> !header.name().equalsIgnoreCase("Host")).toList();
    }
}
