package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.guard.GuardProperties;
import dev.forwardguard.testing.guard.ScriptedUpstream;
import dev.forwardguard.testing.guard.Visitor;

import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;

/** Checks the contract of authentik-guard in three tests. */
@MicronautTest
@Property(name = ScriptedUpstream.PROPERTY, value = "true")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AuthentikGuardTest implements GuardProperties {
    @Inject EmbeddedServer server;
    @Inject ScriptedUpstream upstream;

    @Test
    void relaysUpstreamVerdict() throws IOException {
        upstream.decides(403, "no entry");

        RawAnswer answer = ask(Visitor.RIGHT);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("no entry");
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
    }

    @Test
    void fallsBackToPasswordWithoutVerdict() throws IOException {
        upstream.isUnavailable(FallbackReason.READ_TIMEOUT);

        assertThat(ask(Visitor.NONE).status()).isEqualTo(401);
        assertThat(ask(Visitor.WRONG).status()).isEqualTo(401);
        assertThat(ask(Visitor.RIGHT).status()).isEqualTo(200);
    }

    @Test
    void failsClosedOnInternalError() throws IOException {
        upstream.plays(
                (_, _) -> {
                    throw new IllegalStateException("a bug");
                });

        assertThat(ask(Visitor.RIGHT).status()).isEqualTo(503);
    }

    private RawAnswer ask(Visitor visitor) throws IOException {
        return RawHttp.to(server.getURI()).ask(visitor.asks(Authentik.KIND.authRequest()));
    }
}
