package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Requests that cost more than their bytes, sent to a guard with as little memory as it has in a
 * pod. None of them may end it or keep a usual visitor waiting.
 */
class CostlyRequestsIT {
    private static final String BOT_BLOCK = "/auth";
    private static final String AUTHENTIK = "/outpost.goauthentik.io/auth/traefik";
    private static final String FIELD = "A1f: b\r\n";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({"bot-block-guard, " + BOT_BLOCK, "authentik-guard, " + AUTHENTIK})
    void headsWithManyFields(String name, String path) throws Exception {
        try (var upstream = StubUpstream.start(Behaviour.answers(204));
                var guard = start(name, upstream)) {
            String head = "GET " + path + " HTTP/1.1\r\n";

            attack(guard, path, 60, head + FIELD.repeat(24_000) + "\r\n");
            attack(guard, path, 300, head + FIELD.repeat(60 * 1024 / FIELD.length()) + "\r\n");
            attack(guard, path, 1000, head + FIELD.repeat(20 * 1024 / FIELD.length()) + "\r\n");
            attack(guard, path, 1000, head + FIELD.repeat(200) + "\r\n");
            attack(guard, path, 60, head + FIELD.repeat(24_000)); // never complete
            attack(guard, path, 60, head + "A: b\r\n" + " \r\n".repeat(80_000) + "\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"bot-block-guard, " + BOT_BLOCK, "authentik-guard, " + AUTHENTIK})
    void connectionWithManyWords(String name, String path) throws Exception {
        try (var upstream = StubUpstream.start(Behaviour.answers(204));
                var guard = start(name, upstream)) {
            String words = "a" + ",a".repeat(49_999);

            attack(guard, path, 200, RawRequest.get(path).with("Connection", words).wire());
        }
    }

    @ParameterizedTest
    @CsvSource({"bot-block-guard, " + BOT_BLOCK, "authentik-guard, " + AUTHENTIK})
    void trailersAndPipelinedRequests(String name, String path) throws Exception {
        try (var upstream = StubUpstream.start(Behaviour.answers(204));
                var guard = start(name, upstream)) {
            String post = "POST " + path + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";

            attack(guard, path, 200, post + FIELD.repeat(24_000) + "\r\n");
            attack(guard, path, 200, post + "A: b\r\n" + " \r\n".repeat(80_000) + "\r\n");
            attack(guard, path, 300, post + "A: " + "x".repeat(240 * 1024));
            attack(guard, path, 300, RawRequest.get(path).wire().repeat(5_000));
        }
    }

    @ParameterizedTest
    @CsvSource({"bot-block-guard, " + BOT_BLOCK, "authentik-guard, " + AUTHENTIK})
    void halfHeadsAtTheManagementPort(String name, String path) throws Exception {
        List<RawConnection> crowd = new ArrayList<>();
        try (var upstream = StubUpstream.start(Behaviour.answers(204));
                var guard = start(name, upstream)) {
            RawHttp management = RawHttp.to(guard.managementPort()).limit(PATIENCE);
            for (int i = 0; i < 1500; i++) {
                crowd.add(management.connect());
                crowd.getLast().send("GET /status HTTP/1.1\r\n" + FIELD.repeat(i % 800));
            }

            assertServes(guard, path);
            RawAnswer alive = management.ask(RawRequest.get("/health/liveness"));
            assertThat(alive.status()).isEqualTo(200);
            assertServes(guard, path);
        } finally {
            close(crowd);
        }
    }

    /** What visitors can make the outpost send, by a long URL that it repeats. */
    @Test
    void halfResponseHeadsInThePassThrough() throws Exception {
        String half = "HTTP/1.1 302 Found\r\n" + FIELD.repeat(900) + "Location: ";
        Behaviour sends =
                (dialogue, request) -> {
                    if (request.uri().contains("start")) {
                        dialogue.send(half + "x".repeat(240 * 1024));
                        dialogue.pause(PATIENCE);
                    }
                    dialogue.send(Answer.of(204).wire());
                };
        try (var upstream = StubUpstream.start(sends);
                var guard = start("authentik-guard", upstream)) {
            String start = "/outpost.goauthentik.io/start?rd=";

            attack(guard, AUTHENTIK, 640, RawRequest.get(start).wire());
        }
    }

    /** Sends it on so many connections, and usual requests meanwhile and afterwards. */
    private static void attack(GuardProcess guard, String path, int connections, String octets)
            throws IOException {
        List<RawConnection> crowd = new ArrayList<>();
        try {
            for (int i : IntStream.range(0, connections).toArray()) {
                crowd.add(RawHttp.to(guard.port()).connect());
                crowd.getLast().send(octets);
                if (i % 50 == 0) {
                    assertAnswers(guard, path);
                }
            }
            assertAnswers(guard, path);
        } finally {
            close(crowd);
        }
        guard.process().await("recovery", () -> isServed(guard, path));
        assertServes(guard, path);
    }

    /** Memory may be short in the middle of an attack, so what it gets may be {@code overload}. */
    private static void assertAnswers(GuardProcess guard, String path) throws IOException {
        RawAnswer answer = RawHttp.to(guard.port()).limit(PATIENCE).ask(RawRequest.get(path));
        assertThat(answer.header("X-Guard-Fallback").orElse("overload")).isEqualTo("overload");
    }

    private static boolean isServed(GuardProcess guard, String path) {
        try {
            return RawHttp.to(guard.port()).ask(RawRequest.get(path)).status() == 204;
        } catch (IOException e) {
            return false;
        }
    }

    private static void assertServes(GuardProcess guard, String path) throws IOException {
        RawAnswer answer = RawHttp.to(guard.port()).limit(PATIENCE).ask(RawRequest.get(path));
        assertThat(answer.status()).isEqualTo(204);
        assertThat(guard.process().output()).doesNotContain("OutOfMemory", "OutOfDirectMemory");
    }

    private static void close(List<RawConnection> crowd) throws IOException {
        for (RawConnection each : crowd) {
            each.close();
        }
    }

    private GuardProcess start(String name, StubUpstream upstream) {
        var guard =
                GuardProcess.start(
                        name, directory, "upstream: {url: '%s'}\n".formatted(upstream.uri()), "");
        guard.awaitHealthy();
        return guard;
    }
}
