package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;

/** Responses just within the size limits; {@link Faults} has those beyond them. */
public abstract class AnswerSizeContract extends AgainstStubUpstream {
    protected AnswerSizeContract(GuardKind kind) {
        super(kind);
    }

    @Test
    void accepts256KibOfHeaders() throws IOException {
        String length = "Content-Length: 0";
        String big = Wire.octets(Faults.MAX_HEADERS - length.length() - "X-Big: ".length() - 6);
        upstream.behaves(Behaviour.answersRaw(Wire.ok(length, "X-Big: " + big)));

        RawAnswer answer = ask();

        assertRelayed(answer, 200);
        assertThat(answer.header("X-Big")).contains(big);
    }

    @Test
    void accepts1000Fields() throws IOException {
        String[] lines = new String[Faults.MAX_FIELDS];
        Arrays.setAll(lines, i -> i == 0 ? "Content-Length: 0" : "X-Line: " + i);
        upstream.behaves(Behaviour.answersRaw(Wire.ok(lines)));

        RawAnswer answer = ask();

        assertRelayed(answer, 200);
        assertThat(answer.headers("X-Line")).hasSize(Faults.MAX_FIELDS - 1).endsWith("999");
    }

    /** authentik puts the whole target into its redirect. */
    @Test
    void acceptsRedirectOf200KibInOneHeader() throws IOException {
        String location = "https://sso.example/?" + Wire.octets(200 * 1024);
        upstream.behaves(
                Behaviour.answersRaw(
                        Wire.head(
                                "HTTP/1.1 302 Found",
                                "Content-Length: 0",
                                "Location: " + location)));

        for (int i = 0; i < 10; i++) {
            RawAnswer answer = ask();

            assertThat(answer.status()).isEqualTo(302);
            assertThat(answer.headers("Location")).containsExactly(location);
        }
        upstream.awaitOpenConnections(0);
    }

    @Test
    void accepts1MibOfBody() throws IOException {
        String body = Wire.octets(Faults.MAX_BODY);
        upstream.behaves(
                Behaviour.answersRaw(Wire.ok("Content-Length: " + Faults.MAX_BODY) + body));
        assertRelayed(ask(), 200);

        String refusal = Wire.head("HTTP/1.1 403 No", "Content-Length: " + Faults.MAX_BODY);
        upstream.behaves(Behaviour.answersRaw(refusal + body));
        assertRelayed(ask(), 403);
    }
}
