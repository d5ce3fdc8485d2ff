package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.ProtocolException;

/** Checks that the pass-through never completes a body that has no end. */
final class MalformedBodyTest extends AgainstStubUpstream {
    private static final RawRequest POST =
            RawRequest.of("POST", "/outpost.goauthentik.io/flow")
                    .with("Transfer-Encoding", "chunked");

    MalformedBodyTest() {
        super(Authentik.KIND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n",
                "5\r\nhelloX",
                "5\r\nhello\r\n-1\r\n",
                "5\r\nhello\r\nfffffffffffffff\r\n",
                "5\r\nhello\r\n0\r\nno colon\r\n\r\n",
                "5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n"
            })
    void upstreamNeverGetsItAsComplete(String body) throws IOException {
        for (int cut : new int[] {0, body.length() / 2, body.length()}) {
            upstream.behaves(Behaviour.answers(200));
            try (RawConnection client = guard.http().connect()) {
                client.send(POST.wire() + body.substring(0, cut));
                assertThat(guard.http().ask(RawRequest.get("/healthz")).status()).isEqualTo(200);
                client.send(body.substring(cut));

                assertThat(endsWithoutSuccess(client)).isTrue();
            }
            assertThat(upstream.requests()).isEmpty();
        }
    }

    private static boolean endsWithoutSuccess(RawConnection client) throws IOException {
        try {
            return client.receive().status() >= 400;
        } catch (ProtocolException _) {
            return true; // closed
        }
    }
}
