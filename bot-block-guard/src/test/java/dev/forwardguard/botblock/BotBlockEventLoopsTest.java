package dev.forwardguard.botblock;

import static dev.forwardguard.outcome.FallbackReason.RESET;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.guard.GuardProperties;
import dev.forwardguard.testing.guard.ScriptedUpstream;

import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A guard that could use several event loops, and has little to do. */
@MicronautTest
@Property(name = ScriptedUpstream.PROPERTY, value = "true")
@Property(name = "micronaut.netty.event-loops.default.num-threads", value = "4")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BotBlockEventLoopsTest implements GuardProperties {
    @Inject EmbeddedServer server;
    @Inject ScriptedUpstream upstream;
    @Inject EventLoopGroup loops;

    @Test
    void doesNotSpreadFewConnectionsOverAllEventLoops() throws IOException {
        Set<EventLoop> used = ConcurrentHashMap.newKeySet();
        upstream.plays(
                (request, _) -> {
                    used.add(request.loop());
                    return CompletableFuture.completedFuture(new Unavailable(RESET));
                });

        for (int i = 0; i < 20; i++) {
            RawHttp.to(server.getURI()).ask(BotBlock.KIND.authRequest());
        }

        assertThat(loops).hasSize(4);
        // one, or while the code is not compiled two
        assertThat(used).hasSizeLessThan(4);
    }
}
