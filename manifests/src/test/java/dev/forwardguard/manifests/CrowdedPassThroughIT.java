package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A pass-through that is full, with as little memory as authentik-guard has in a pod. */
class CrowdedPassThroughIT {
    private static final String AUTH = "/outpost.goauthentik.io/auth/traefik";
    private static final String START = "/outpost.goauthentik.io/start";
    private static final RawRequest PAGE = RawRequest.get("/outpost.goauthentik.io/static/flow.js");
    private static final RawRequest UPLOAD =
            RawRequest.of("POST", START).with("Content-Length", "1000000").body("some");

    private static final String CONTENT = "x".repeat(100_000);
    private static final String HALF_PAGE =
            Answer.of(200).with("Content-Length", "" + CONTENT.length()).head()
                    + CONTENT.substring(CONTENT.length() / 2);

    /** A visitor without a place would wait for one for longer. */
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    /** A quarter of what 16 KiB of each visitor in four rounds of a thousand would be. */
    private static final long MOST_GROWTH_KB = 16 * 1024;

    /** What visitors leave behind grows each time; a heap that is not yet at its size does not. */
    private static final int MEASUREMENTS = 5;

    @TempDir private Path directory;

    @Test
    void heldRequestsOfAllSizesRefuseNoVisitorTheirVerdict() throws Exception {
        Behaviour page = Behaviour.hangs();
        Behaviour verdict = Behaviour.answers(Answer.of(200).with("X-authentik-username", "anna"));
        RawRequest visit =
                RawRequest.get(AUTH).with("Cookie", "authentik_proxy_app=" + "c".repeat(1500));
        List<RawConnection> held = new ArrayList<>();
        var over = new AtomicBoolean();
        try (var upstream = StubUpstream.start(byPath(verdict, page));
                var guard = start(upstream);
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                AutoCloseable _ = () -> over.set(true)) { // first, or threads would not end
            List<Future<List<RawAnswer>>> visitors = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                visitors.add(threads.submit(() -> visits(guard, visit, over)));
            }
            for (int i = 0; i < 480; i++) {
                String head = "h".repeat(1024 + i * 199 * 1024 / 479);
                held.add(RawHttp.to(guard.port()).connect());
                held.getLast().send(RawRequest.get(START).with("X-Held", head).wire());
                if (held.size() == 64) { // the first ones may time out before the last was sent
                    awaitStatus(guard, "\"taken\":64");
                }
            }
            TimeUnit.SECONDS.sleep(2);
            close(held);
            over.set(true);

            for (Future<List<RawAnswer>> visitor : visitors) {
                assertThat(visitor.get()).hasSizeGreaterThan(50).allSatisfy(this::assertVerdict);
            }
            assertThat(guard.process().output()).doesNotContain("OutOfMemory", "OutOfDirectMemory");
        } finally {
            close(held);
        }
    }

    private void assertVerdict(RawAnswer answer) {
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers("X-authentik-username")).containsExactly("anna");
    }

    private static Behaviour byPath(Behaviour auth, Behaviour page) {
        return (dialogue, request) ->
                (request.uri().startsWith(AUTH) ? auth : page).answer(dialogue, request);
    }

    private static List<RawAnswer> visits(
            GuardProcess guard, RawRequest request, AtomicBoolean over) throws IOException {
        List<RawAnswer> answers = new ArrayList<>();
        while (!over.get()) {
            answers.add(RawHttp.to(guard.port()).ask(request));
        }
        return answers;
    }

    /** Sixty-four of them are in the middle of a page, others wait, and the rest was refused. */
    @ParameterizedTest
    @ValueSource(ints = {500, 1000})
    void visitorsWhoLeaveAtOnceLeaveNothing(int crowd) throws Exception {
        Behaviour whole = Behaviour.answers(Answer.of(200).body(CONTENT));
        Behaviour half = Behaviour.answersRaw(HALF_PAGE).then(Ending.HANG);
        try (var upstream = StubUpstream.start(half);
                var guard = start(upstream)) {
            comeAndLeaveFourTimes(guard, crowd);
            long lines = guard.process().output().lines().count();
            long growth = MOST_GROWTH_KB;
            for (int i = 0; i < MEASUREMENTS && growth >= MOST_GROWTH_KB; i++) {
                long resident = residentKilobytes(guard);
                comeAndLeaveFourTimes(guard, crowd);
                growth = residentKilobytes(guard) - resident;
            }
            upstream.behaves(whole);

            assertThat(RawHttp.to(guard.port()).ask(PAGE).body()).isEqualTo(CONTENT);
            assertThat(guard.process().output()).doesNotContain("Exception", "Error", "\tat ");
            assertThat(guard.process().output().lines().skip(lines)).hasSizeLessThan(5);
            assertThat(growth).isLessThan(MOST_GROWTH_KB);
            awaitStatus(guard, "\"buffered-bytes\":0");
        }
    }

    private static void comeAndLeaveFourTimes(GuardProcess guard, int crowd) throws IOException {
        for (int round = 0; round < 4; round++) {
            comeAndLeave(guard, crowd);
        }
    }

    private static void comeAndLeave(GuardProcess guard, int crowd) throws IOException {
        List<RawConnection> visitors = new ArrayList<>();
        for (int i = 0; i < crowd; i++) {
            visitors.add(RawHttp.to(guard.port()).connect());
            visitors.getLast().send(PAGE.wire());
        }
        awaitStatus(guard, "\"taken\":64");
        for (int i = 0; i < crowd; i++) {
            leave(visitors.get(i), i % 2 == 0);
        }
        awaitStatus(guard, "\"taken\":0,\"waiting\":0");
    }

    private static void leave(RawConnection visitor, boolean abruptly) throws IOException {
        try (visitor) {
            if (abruptly) {
                visitor.reset();
            }
        } catch (IOException _) {
            // was refused before it could send anything
        }
    }

    /** A hundred in each second, for five seconds. */
    @Test
    void abortedUploadsKeepNobodyWaiting() throws Exception {
        try (var upstream = StubUpstream.start(Behaviour.answers(Answer.of(200).body(CONTENT)));
                var guard = start(upstream);
                var attacker = Executors.newSingleThreadScheduledExecutor()) {
            var uploads = new ArrayList<Future<?>>();
            for (int i = 0; i < 500; i++) {
                boolean abruptly = i % 2 == 0;
                uploads.add(
                        attacker.schedule(
                                () -> abortUpload(guard, abruptly),
                                i * 10L,
                                TimeUnit.MILLISECONDS));
            }
            int pages = 0;
            while (!uploads.getLast().isDone()) {
                RawAnswer page = RawHttp.to(guard.port()).limit(AT_ONCE).ask(PAGE);
                assertThat(page.status()).isEqualTo(200);
                assertThat(page.body()).isEqualTo(CONTENT);
                pages++;
            }
            for (Future<?> upload : uploads) {
                upload.get();
            }

            assertThat(pages).isGreaterThan(50);
            awaitStatus(guard, "\"taken\":0,\"waiting\":0");
        }
    }

    private static Void abortUpload(GuardProcess guard, boolean abruptly) throws IOException {
        RawConnection visitor = RawHttp.to(guard.port()).connect();
        visitor.send(UPLOAD.wire());
        if (abruptly) {
            visitor.reset();
        } else {
            visitor.hangUp();
        }
        return null;
    }

    private static void awaitStatus(GuardProcess guard, String part) {
        guard.process().await(part, () -> status(guard).contains(part));
    }

    private static String status(GuardProcess guard) {
        try {
            return RawHttp.to(guard.managementPort()).ask(RawRequest.get("/status")).body();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static long residentKilobytes(GuardProcess guard) throws IOException {
        return Files.readAllLines(Path.of("/proc", guard.process().pid() + "", "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .sum();
    }

    private static void close(List<RawConnection> all) throws IOException {
        for (RawConnection each : all) {
            each.close();
        }
    }

    private GuardProcess start(StubUpstream upstream) {
        var guard =
                GuardProcess.start(
                        "authentik-guard",
                        directory,
                        "upstream: {url: '%s'}\n".formatted(upstream.uri()),
                        "");
        guard.awaitHealthy();
        return guard;
    }
}
