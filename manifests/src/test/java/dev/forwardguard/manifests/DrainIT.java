package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Graceful shutdown of a guard on SIGTERM. */
class DrainIT {
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String LOGIN = "/outpost.goauthentik.io/start";

    @TempDir private Path directory;

    @Test
    void servesUntilDrainDelayIsOver() throws IOException {
        try (var upstream = StubUpstream.start();
                var guard = start("bot-block-guard", upstream, "drain-delay: 4s")) {
            RawHttp management = RawHttp.to(guard.managementPort());
            assertThat(management.ask(RawRequest.get("/health/readiness")).status()).isEqualTo(200);
            try (RawConnection kept = RawHttp.to(guard.port()).connect()) {
                assertThat(kept.ask(RawRequest.get("/auth")).header("connection")).isEmpty();

                guard.process().terminate();

                guard.process().await("unready", () -> readiness(management) == 503);
                assertThat(management.ask(RawRequest.get("/health/liveness")).status())
                        .isEqualTo(200);
                assertThat(management.ask(RawRequest.get("/status")).body())
                        .contains("\"draining\":true");
                assertThat(RawHttp.to(guard.port()).ask(RawRequest.get("/healthz")).status())
                        .isEqualTo(200);
                RawAnswer answer = RawHttp.to(guard.port()).ask(RawRequest.get("/auth"));
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.headers("X-Guard-Fallback")).isEmpty();
                RawAnswer last = kept.ask(RawRequest.get("/auth"));
                assertThat(last.status()).isEqualTo(200);
                assertThat(last.headers("connection")).containsExactly("close");
                assertThat(kept.awaitClosed()).isTrue();
            }
            assertThat(guard.process().awaitExit(SOON)).isZero();
            assertThat(guard.process().output().lines().filter(line -> line.contains("Drain")))
                    .hasSize(2);
        }
    }

    @Test
    void finishesRequestInFlight() throws Exception {
        var gate = new CountDownLatch(1);
        try (var upstream = StubUpstream.start();
                var guard = start("bot-block-guard", upstream, "drain-delay: 0s");
                RawConnection visitor = RawHttp.to(guard.port()).connect()) {
            upstream.behaves(Behaviour.answers(403).after(gate));
            visitor.send(RawRequest.get("/auth").wire());
            upstream.awaitRequest();

            guard.process().terminate();
            guard.process().await("closed", () -> !Loopback.isListening(guard.port()));
            gate.countDown();

            RawAnswer answer = visitor.receive();
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.headers("connection")).containsExactly("close");
            assertThat(guard.process().awaitExit(SOON)).isZero();
        }
    }

    @Test
    void finishesPassThroughInFlight() throws Exception {
        var gate = new CountDownLatch(1);
        try (var upstream = StubUpstream.start();
                var guard = start("authentik-guard", upstream, "drain-delay: 0s");
                RawConnection visitor = RawHttp.to(guard.port()).connect()) {
            String body = "x".repeat(64_000);
            upstream.behaves(
                    (dialogue, request) -> {
                        String wire = Answer.of(200).body(body).wire();
                        dialogue.send(wire.substring(0, 32_000));
                        gate.await();
                        dialogue.send(wire.substring(32_000));
                    });
            visitor.send(RawRequest.get(LOGIN).wire());
            upstream.awaitRequest();

            guard.process().terminate();
            guard.process().await("closed", () -> !Loopback.isListening(guard.port()));
            gate.countDown();

            assertThat(visitor.receive().body()).isEqualTo(body);
            assertThat(guard.process().awaitExit(SOON)).isZero();
        }
    }

    @Test
    void waitsForHangingUpstreamUntilDeadline() throws IOException {
        try (var upstream = StubUpstream.start();
                var guard = start("bot-block-guard", upstream, "drain-delay: 0s");
                RawConnection visitor = RawHttp.to(guard.port()).connect()) {
            upstream.behaves(Behaviour.hangs());
            visitor.send(RawRequest.get("/auth").wire());
            upstream.awaitRequest();

            guard.process().terminate();

            assertThat(visitor.receive().headers("X-Guard-Fallback")).containsExactly("deadline");
            assertThat(guard.process().awaitExit(SOON)).isZero();
        }
    }

    @Test
    void cutsEndlessResponseWithinGracePeriod() throws IOException {
        try (var upstream = StubUpstream.start();
                var guard = start("authentik-guard", upstream, "drain-delay: 0s");
                RawConnection visitor = RawHttp.to(guard.port()).connect()) {
            upstream.behaves(
                    (dialogue, request) -> {
                        dialogue.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                        while (true) {
                            dialogue.send("x");
                            dialogue.pause(Duration.ofMillis(500));
                        }
                    });
            visitor.send(RawRequest.get(LOGIN).wire());
            visitor.receiveToHead();

            guard.process().terminate();

            assertThat(guard.process().awaitExit(GRACE)).isZero();
            assertThat(guard.process().output()).contains("\"cut\":1");
        }
    }

    @Test
    void closesIdleConnectionsAtOnce() throws IOException {
        List<RawConnection> idle = new ArrayList<>();
        try (var upstream = StubUpstream.start();
                var guard = start("bot-block-guard", upstream, "drain-delay: 0s")) {
            for (int i = 0; i < 200; i++) {
                idle.add(RawHttp.to(guard.port()).connect());
                assertThat(idle.getLast().ask(RawRequest.get("/auth")).status()).isEqualTo(200);
            }

            guard.process().terminate();

            assertThat(guard.process().awaitExit(SOON)).isZero();
            for (RawConnection each : idle) {
                assertThat(each.awaitClosed()).isTrue();
            }
        } finally {
            for (RawConnection each : idle) {
                each.close();
            }
        }
    }

    /**
     * Gateways open connections in advance; one that is not closed in an orderly way is an error to
     * them.
     */
    @Test
    void closesNewConnectionWithoutRequest() throws IOException {
        try (var upstream = StubUpstream.start();
                var guard = start("bot-block-guard", upstream, "drain-delay: 1s")) {
            RawHttp management = RawHttp.to(guard.managementPort());
            guard.process().terminate();
            guard.process().await("unready", () -> readiness(management) == 503);

            try (RawConnection connection = RawHttp.to(guard.port()).connect()) {
                assertThat(connection.awaitClosed()).isTrue();
            }
            assertThat(guard.process().awaitExit(SOON)).isZero();
        }
    }

    @Test
    void exitsAtOnceDuringStart() throws IOException {
        try (var upstream = StubUpstream.start();
                var guard =
                        GuardProcess.start(
                                "bot-block-guard",
                                directory,
                                "upstream: {url: '%s'}\n".formatted(upstream.uri()),
                                "")) {
            guard.process().await("a first line", () -> guard.process().output().contains("{"));

            guard.process().terminate();

            assertThat(guard.process().awaitExit(SOON)).isZero();
        }
    }

    private static int readiness(RawHttp management) {
        try {
            return management.ask(RawRequest.get("/health/readiness")).status();
        } catch (IOException e) {
            return 0;
        }
    }

    private GuardProcess start(String name, StubUpstream upstream, String settings) {
        var guard =
                GuardProcess.start(
                        name,
                        directory,
                        "upstream: {url: '%s'}\n%s\n".formatted(upstream.uri(), settings),
                        "");
        guard.awaitHealthy();
        return guard;
    }
}
