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
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A guard under overload, with the memory that it has in a pod. */
class OverloadIT {
    private static final int CROWD = 200;
    private static final int MANY = 5_000;
    private static final String LARGE = "x".repeat(240 * 1024);

    /** Measured: 150 MB on two cores. Without bounds the heap overflows, or 300 MB are resident. */
    private static final long MAX_RESIDENT_KB = 220_000;

    private static final int PAGES_AT_ONCE = 64;

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "bot-block-guard, /auth, 200",
        "authentik-guard, /outpost.goauthentik.io/auth/traefik, 503"
    })
    void answersOrShedsConcurrentLargeRequests(String name, String path, int shed)
            throws Exception {
        var gate = new CountDownLatch(1);
        try (var upstream = StubUpstream.start();
                var guard = start(name, upstream)) {
            RawHttp http = RawHttp.to(guard.port());
            upstream.behaves(Behaviour.answers(204).after(gate));
            RawRequest large = RawRequest.get(path).with("X-Large", LARGE);

            List<RawAnswer> answers;
            try (var visitors = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<RawAnswer>> all = new ArrayList<>();
                for (int i = 0; i < CROWD; i++) {
                    all.add(() -> http.ask(large));
                }
                List<Future<RawAnswer>> responses = all.stream().map(visitors::submit).toList();
                upstream.awaitRequests(1);
                guard.process()
                        .await(
                                "the rest shed",
                                () ->
                                        responses.stream().filter(Future::isDone).count()
                                                > CROWD / 2);
                gate.countDown();
                answers = responses.stream().map(OverloadIT::get).toList();
            }

            assertThat(answers)
                    .allSatisfy(
                            answer -> {
                                boolean verdict = answer.header("X-Guard-Fallback").isEmpty();
                                assertThat(answer.status()).isEqualTo(verdict ? 204 : shed);
                                assertThat(answer.header("X-Guard-Fallback").orElse("overload"))
                                        .isEqualTo("overload");
                            });
            long verdicts = answers.stream().filter(each -> each.status() == 204).count();
            assertThat(verdicts).isBetween(1L, CROWD - 1L);
            upstream.behaves(Behaviour.answers(204));
            assertServes(guard, path);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /auth HTTP/1.1\r\nX-Slow: "})
    void servesDespiteIdleConnections(String beginning) throws Exception {
        List<RawConnection> connections = new ArrayList<>();
        try (var upstream = StubUpstream.start();
                var guard = start("bot-block-guard", upstream)) {
            upstream.behaves(Behaviour.answers(204));
            for (int i = 0; i < MANY; i++) {
                connections.add(RawHttp.to(guard.port()).connect());
                connections.getLast().send(beginning);
            }

            assertServes(guard, "/auth");
        } finally {
            for (RawConnection each : connections) {
                each.close();
            }
        }
    }

    @Test
    void servesDespiteUnreadPages() throws Exception {
        RawRequest download = RawRequest.get("/outpost.goauthentik.io/static/large.js");
        String page = "x".repeat(8 << 20);
        List<RawConnection> crowd = new ArrayList<>();
        try (var upstream = StubUpstream.start();
                var guard = start("authentik-guard", upstream)) {
            upstream.behaves(Behaviour.answers(Answer.of(200).body(page)));
            for (int i = 0; i < CROWD; i++) {
                crowd.add(RawHttp.to(guard.port()).connect());
                crowd.getLast().send(download.wire());
            }
            assertThat(crowd.getLast().receive().status()).isEqualTo(503);
            // fewer if the kernel has buffered whole pages
            assertThat(upstream.openConnections()).isBetween(1, PAGES_AT_ONCE);

            upstream.behaves(Behaviour.answers(204));
            assertServes(guard, "/outpost.goauthentik.io/auth/traefik");
            for (RawConnection each : crowd) {
                each.close();
            }
            upstream.behaves(Behaviour.answers(Answer.of(200).body(page)));
            assertThat(RawHttp.to(guard.port()).ask(download).body()).hasSize(page.length());
            assertThat(guard.process().output()).doesNotContain("OutOfMemory");
        }
    }

    @Test
    void limitsLogLinesPerVisitor() throws Exception {
        try (var upstream = StubUpstream.start();
                var guard = start("bot-block-guard", upstream)) {
            upstream.behaves(Behaviour.answers(204));
            RawHttp http = RawHttp.to(guard.port());
            long before = guard.process().output().lines().count();

            for (int i = 0; i < CROWD; i++) {
                for (String octets :
                        List.of(
                                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
                                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                                "GET /auth HTTP/1.1\r\nX: " + "x".repeat(300 * 1024),
                                "GET /auth HTTP/1.1\r\nX: half",
                                RawRequest.get("/auth").wire())) {
                    RawConnection visitor = http.connect();
                    visitor.send(octets);
                    visitor.reset();
                }
            }
            // until the last reset is noticed, the requests before it occupy memory
            guard.process().await("all of them closed", () -> hasNoConnections(guard));

            assertServes(guard, "/auth");
            // one line at the start of a series of fallbacks, and a summary every 30 s
            assertThat(guard.process().output().lines().skip(before)).hasSizeLessThan(5);
        }
    }

    private static boolean hasNoConnections(GuardProcess guard) {
        try {
            RawHttp management = RawHttp.to(guard.managementPort());
            return management.ask(RawRequest.get("/status")).body().contains("\"open\":0,");
        } catch (IOException e) {
            return false;
        }
    }

    private static void assertServes(GuardProcess guard, String path) throws IOException {
        RawHttp http = RawHttp.to(guard.port()).limit(Duration.ofSeconds(10));
        assertThat(http.ask(RawRequest.get(path)).status()).isEqualTo(204);
        assertThat(residentKilobytes(guard)).isLessThan(MAX_RESIDENT_KB);
        assertThat(guard.process().output()).doesNotContain("OutOfMemory", "OutOfDirectMemory");
    }

    private static long residentKilobytes(GuardProcess guard) throws IOException {
        return Files.readAllLines(Path.of("/proc", guard.process().pid() + "", "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .sum();
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
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
