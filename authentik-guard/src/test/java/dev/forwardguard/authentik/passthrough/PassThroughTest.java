package dev.forwardguard.authentik.passthrough;

import static dev.forwardguard.testing.guard.Visitor.basic;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.authentik.Authentik;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.Wire;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Checks that all other outpost paths are passed through unchanged. */
final class PassThroughTest extends AgainstStubUpstream {
    private static final String START = "/outpost.goauthentik.io/start";

    PassThroughTest() {
        super(Authentik.KIND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/outpost.goauthentik.io/start?rd=https%3A%2F%2Fapp.example%2F",
                "/outpost.goauthentik.io/callback?code=a%2Fb&state=c.d-e_f~",
                "/outpost.goauthentik.io/sign_out",
                "/outpost.goauthentik.io/static/dist/a%20b.css",
                "/outpost.goauthentik.io/ping",
                "/outpost.goauthentik.io/auth/nginx",
                "/outpost.goauthentik.io/"
            })
    void passesOtherPathsThrough(String uri) throws IOException {
        upstream.behaves(Behaviour.answers(Answer.of(200).body("the outpost's")));

        RawAnswer answer = ask(RawRequest.get(uri));

        assertRelayed(answer, 200);
        assertThat(answer.body()).isEqualTo("the outpost's");
        assertThat(upstream.awaitRequest().uri()).isEqualTo(uri);
    }

    /** Characters that no URI may contain are percent-encoded, which means the same. */
    @ParameterizedTest
    @CsvSource({
        "?a=%7C%2f+b&&;=?/:@!$'()*~, ?a=%7C%2f+b&&;=?/:@!$'()*~",
        "?a=|&b={c}, ?a=%7C&b=%7Bc%7D",
        "?%, ?%25"
    })
    void passesQueryThrough(String query, String passedOn) throws IOException {
        ask(RawRequest.get(START + query));

        assertThat(upstream.awaitRequest().uri()).isEqualTo(START + passedOn);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "FOO"})
    void passesAnyMethodThrough(String method) throws IOException {
        upstream.behaves(Behaviour.answers(Answer.of(207).body("multi")));

        RawAnswer answer = ask(RawRequest.of(method, START));

        assertRelayed(answer, 207);
        assertThat(answer.body()).isEqualTo("multi");
        assertThat(upstream.awaitRequest().method()).isEqualTo(method);
    }

    @Test
    void passesHeadThroughAsHead() throws IOException {
        upstream.behaves(Behaviour.answers(Answer.of(200).body("12345")));

        RawAnswer answer = ask(RawRequest.of("HEAD", START));

        assertRelayed(answer, 200);
        assertThat(answer.headers("Content-Length")).containsExactly("5");
        assertThat(upstream.awaitRequest().method()).isEqualTo("HEAD");
    }

    @Test
    void passesHeadersAndHostThrough() throws IOException {
        RawRequest request =
                RawRequest.get(START)
                        .with("Cookie", "authentik_proxy_a=1; b=2")
                        .with("X-Forwarded-For", "203.0.113.7")
                        .with("X-Forwarded-Host", "app.example")
                        .with("User-Agent", "Firefox")
                        .with("Accept-Encoding", "br")
                        .with("Authorization", "Bearer own");
        ask(request);

        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.headers("Host")).containsExactly("guard.example");
        assertThat(received.headers()).containsAll(request.headers());
        for (Header header : request.headers()) {
            assertThat(received.headers(header.name())).containsExactly(header.value());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "200", "302", "307", "400", "401", "403", "404", "405", "418", "429", "500", "502", "503",
        "504"
    })
    void keepsEveryStatus(int status) throws IOException {
        upstream.behaves(
                Behaviour.answers(
                        Answer.of(status)
                                .with("Location", "/outpost.goauthentik.io/elsewhere")
                                .with("Set-Cookie", "a=1; Path=/")
                                .with("X-Own", "caf\u00e9")
                                .with("Set-Cookie", "b=2; Path=/")
                                .body("page")));

        RawAnswer answer = ask(RawRequest.get(START));

        assertRelayed(answer, status);
        assertThat(answer.headers("Location")).containsExactly("/outpost.goauthentik.io/elsewhere");
        assertThat(answer.headers("Set-Cookie")).containsExactly("a=1; Path=/", "b=2; Path=/");
        assertThat(answer.headers("X-Own")).containsExactly("caf\u00e9");
        assertThat(answer.body()).isEqualTo("page");
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void keepsBodiesCompressed() throws IOException {
        var gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            out.write("text".getBytes(ISO_8859_1));
        }
        String body = gzip.toString(ISO_8859_1);
        upstream.behaves(
                Behaviour.answers(
                        Answer.of(200)
                                .with("Content-Encoding", "gzip")
                                .with("ETag", "\"of the compressed bytes\"")
                                .body(body)));

        RawAnswer answer = ask(RawRequest.get(START).with("Accept-Encoding", "gzip"));

        assertThat(answer.headers("Content-Encoding")).containsExactly("gzip");
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void dropsHopByHopHeaders() throws IOException {
        upstream.behaves(
                Behaviour.answersRaw(
                        Wire.ok("Connection: X-Private", "X-Private: 1", "Content-Length: 0")));

        RawAnswer answer =
                ask(
                        RawRequest.get(START)
                                .with("Connection", "X-Named")
                                .with("X-Named", "1")
                                .with("Keep-Alive", "timeout=5")
                                .with("Proxy-Authorization", "Basic eA==")
                                .with("TE", "trailers"));

        assertThat(answer.header("X-Private")).isEmpty();
        ReceivedRequest received = upstream.awaitRequest();
        for (String name : List.of("X-Named", "Keep-Alive", "Proxy-Authorization", "TE")) {
            assertThat(received.header(name)).as(name).isEmpty();
        }
    }

    @Test
    void dropsEmergencyPassword() throws IOException {
        ask(RawRequest.get(START).with("Authorization", basic("anna", "secret")));
        assertThat(upstream.awaitRequest().header("Authorization")).isEmpty();

        ask(RawRequest.get(START).with("Authorization", basic("carl", "secret")));
        assertThat(upstream.awaitRequest().headers("Authorization"))
                .containsExactly(basic("carl", "secret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/outposts/x", "/if/flow/", "/auth/traefik"})
    void sends404OutsideOutpostPrefix(String path) throws IOException {
        assertThat(ask(RawRequest.get(path)).status()).isEqualTo(404);
        assertThat(upstream.connections()).isZero();
    }
}
