package dev.forwardguard.botblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.guard.GuardProperties;
import dev.forwardguard.testing.guard.ScriptedUpstream;

import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;

/** The promise of bot-block-guard in three tests. */
@MicronautTest
@Property(name = ScriptedUpstream.PROPERTY, value = "true")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BotBlockGuardTest implements GuardProperties {
    @Inject EmbeddedServer server;
    @Inject ScriptedUpstream upstream;

    @Test
    void relaysVerdict() throws IOException {
        upstream.decides(403, "blocked");

        RawAnswer answer = ask();

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("blocked");
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
    }

    @Test
    void allowsWithoutVerdict() throws IOException {
        upstream.isUnavailable(FallbackReason.READ_TIMEOUT);

        assertThat(ask().status()).isEqualTo(200);
    }

    @Test
    void allowsOnBugInGuard() throws IOException {
        upstream.plays(
                (_, _) -> {
                    throw new IllegalStateException("a bug");
                });

        assertThat(ask().status()).isEqualTo(200);
    }

    private RawAnswer ask() throws IOException {
        return RawHttp.to(server.getURI()).ask(BotBlock.KIND.authRequest());
    }
}
