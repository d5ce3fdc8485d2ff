package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Wire;

import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Checks the pass-through with too many visitors, and with visitors who hang up. */
final class PassThroughLoadTest extends AgainstStubUpstream {
    private static final int PAGE_BYTES = 4 << 20;

    private static final RawRequest GET =
            RawRequest.get("/outpost.goauthentik.io/static/dist/flow.js");

    PassThroughLoadTest() {
        super(Authentik.KIND);
    }

    @Test
    void refusesIfNoConnectionComesFree() throws IOException {
        upstream.behaves(Behaviour.hangs());
        try (var limited =
                        with(
                                Map.of(
                                        "pool.max-concurrent-http1-connections", "1",
                                        "pool.acquire-timeout", "300ms"));
                RawConnection first = limited.http().connect()) {
            first.send(GET.wire());
            upstream.awaitRequests(1);

            RawAnswer answer = limited.http().ask(GET);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("more requests than it can handle");
        }
    }

    /** Bytes that arrive after a hang-up are released. */
    @Test
    void releasesBodiesAfterHangUp() throws Exception {
        String page = Wire.octets(PAGE_BYTES);
        upstream.behaves(Behaviour.answersRaw(Wire.ok("Content-Length: " + page.length()) + page));
        var log = (Logger) LoggerFactory.getLogger("io.netty");
        var events = new ListAppender<ILoggingEvent>();
        events.start();
        log.addAppender(events);
        try (var visitors = Executors.newFixedThreadPool(16)) {
            Callable<Void> visit = this::hangUpInTheBody;
            for (Future<Void> visited : visitors.invokeAll(Collections.nCopies(400, visit))) {
                visited.get();
            }
        } finally {
            log.detachAppender(events);
        }

        assertThat(events.list).isEmpty();
        assertThat(ask(GET).body()).hasSize(PAGE_BYTES);
    }

    private Void hangUpInTheBody() throws IOException {
        try (RawConnection visitor = guard.http().connect()) {
            visitor.send(GET.wire());
            visitor.receiveToHead();
            visitor.reset();
        }
        return null;
    }

    private RunningGuard with(Map<String, Object> client) {
        Map<String, Object> properties = new HashMap<>();
        client.forEach(
                (key, value) -> properties.put("micronaut.http.services.outpost." + key, value));
        return RunningGuard.start(GuardFiles.with(settings()), properties);
    }
}
