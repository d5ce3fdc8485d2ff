package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** Responses just within the size limits; {@link Faults} has those beyond them. */
public abstract class AnswerSizeContract extends AgainstStubUpstream {
    protected AnswerSizeContract(GuardKind kind) {
        super(kind);
    }

    @Test
    void accepts64KibOfHeaders() throws IOException {
        String length = "Content-Length: 0";
        String big = Wire.octets(Faults.MAX_HEADERS - length.length() - "X-Big: ".length() - 6);
        upstream.behaves(Behaviour.answersRaw(Wire.ok(length, "X-Big: " + big)));

        RawAnswer answer = ask();

        assertRelayed(answer, 200);
        assertThat(answer.header("X-Big")).contains(big);
    }

    @Test
    void accepts1MibOfBody() throws IOException {
        String body = Wire.octets(Faults.MAX_BODY);
        upstream.behaves(
                Behaviour.answersRaw(Wire.ok("Content-Length: " + Faults.MAX_BODY) + body));

        RawAnswer answer = ask();

        assertRelayed(answer, 200);
        assertThat(answer.body()).isEqualTo(body);
    }
}
