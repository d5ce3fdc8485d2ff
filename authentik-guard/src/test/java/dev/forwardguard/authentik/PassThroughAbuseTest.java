package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Wire;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Checks that visitors of the pass-through cannot hold more than their share, or anything at all.
 */
final class PassThroughAbuseTest extends AgainstStubUpstream {
    private static final String PATH = "/outpost.goauthentik.io/static/dist/flow.js";
    private static final RawRequest GET = RawRequest.get(PATH);
    private static final RawRequest POST = RawRequest.of("POST", PATH);
    private static final String STRANGER = "203.0.113.7";
    private static final int PAGE_BYTES = 1 << 20;

    PassThroughAbuseTest() {
        super(Authentik.KIND);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {23})
    void fourThousandAbortsLeaveNothing(long seed) throws Exception {
        String page = Wire.octets(PAGE_BYTES);
        upstream.behaves(Behaviour.answersRaw(Wire.ok("Content-Length: " + PAGE_BYTES) + page));
        var log = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        abort(seed, 200);
        long before = directMemory();
        log.addAppender(lines);
        try {
            abort(seed + 1, 4000);
            awaitNoPlaces();
        } finally {
            log.detachAppender(lines);
        }

        assertThat(lines.list).isEmpty();
        assertThat(directMemory() - before).isLessThan(8 << 20);
        upstream.awaitAllIdle();
        assertThat(ask(GET).body()).hasSize(PAGE_BYTES);
    }

    private void abort(long seed, int times) throws Exception {
        try (var visitors = Executors.newFixedThreadPool(16)) {
            List<Callable<Void>> visits = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                long own = seed + 7919L * i;
                visits.add(() -> abortOnce(new Random(own)));
            }
            for (Future<Void> visit : visitors.invokeAll(visits)) {
                visit.get();
            }
        }
    }

    /** One visitor who leaves: in the head, in the body, before, in or after the response. */
    private Void abortOnce(Random random) throws IOException {
        try (RawConnection visitor = guard.http().connect()) {
            switch (random.nextInt(6)) {
                case 0 -> visitor.send(GET.wire().substring(0, random.nextInt(20)));
                case 1 -> visitor.send(POST.with("Content-Length", "100000").body("x").wire());
                case 2 ->
                        visitor.send(
                                POST.with("Transfer-Encoding", "chunked")
                                        .body("ffff\r\n" + Wire.octets(random.nextInt(0xffff)))
                                        .wire());
                case 3 -> visitor.send(GET.wire());
                case 4 -> visitor.send(GET.wire().repeat(3));
                default -> {
                    visitor.send(GET.wire());
                    visitor.receiveToHead();
                }
            }
            if (random.nextBoolean()) {
                visitor.reset();
            } else {
                visitor.hangUp();
            }
        }
        return null;
    }

    @Test
    void abortedUploadsHoldNoPlace() throws IOException {
        try (var limited = with(Map.of("pool.max-concurrent-http1-connections", "1"))) {
            for (int upload = 0; upload < 100; upload++) {
                try (RawConnection visitor = limited.http().connect()) {
                    visitor.send(POST.with("Content-Length", "1000000").body("some").wire());
                    if (upload % 2 == 0) {
                        visitor.reset();
                    } else {
                        visitor.hangUp();
                    }
                }
            }

            assertThat(limited.http().ask(GET).status()).isEqualTo(200);
        }
    }

    /** Whether they have begun to send the body, or not. */
    @Test
    void stalledBodyEnds() throws IOException {
        List<RawRequest> stalled =
                List.of(
                        POST.with("Content-Length", "10"),
                        POST.with("Content-Length", "10").body("half"),
                        POST.with("Transfer-Encoding", "chunked").body("5\r\nhe"));
        List<RawConnection> visitors = new ArrayList<>();
        for (RawRequest each : stalled) {
            RawConnection visitor = guard.http().connect();
            visitor.send(each.wire());
            visitors.add(visitor);
        }
        for (RawConnection visitor : visitors) {
            RawAnswer answer = visitor.receive();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.closed()).isTrue();
            visitor.close();
        }
        awaitNoPlaces();
        upstream.awaitOpenConnections(0);
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void visitorWhoStopsWaitingIsForgotten() throws IOException {
        upstream.behaves(Behaviour.hangs());
        try (var limited = with(Map.of("pool.max-concurrent-http1-connections", "1"));
                RawConnection first = limited.http().connect()) {
            first.send(GET.wire());
            upstream.awaitRequests(1);
            for (int round = 0; round < 2; round++) {
                List<RawConnection> waiting = new ArrayList<>();
                for (int i = 0; i < 128; i++) {
                    waiting.add(limited.http().connect());
                    waiting.getLast().send(GET.wire());
                }
                Eventually.until("128", () -> status(limited).contains("\"waiting\":128"));
                assertThat(limited.http().ask(GET).status()).isEqualTo(503);
                for (RawConnection each : waiting) {
                    each.close();
                }
                Eventually.until("none", () -> status(limited).contains("\"waiting\":0"));
            }
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    @Test
    void oneAddressHoldsOnlyItsShare() throws IOException {
        var end = new CountDownLatch(1);
        upstream.behaves(
                (dialogue, request) -> {
                    if (request.header("X-Forwarded-For").orElse("").equals(STRANGER)) {
                        end.await();
                    }
                    dialogue.send(Answer.of(200).wire());
                });
        List<RawConnection> greedy = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            greedy.add(guard.http().connect());
            greedy.getLast().send(GET.with("X-Forwarded-For", STRANGER).wire());
        }
        Eventually.until("the share", () -> status(guard).contains("\"taken\":8"));

        assertThat(ask(GET.with("X-Forwarded-For", "203.0.113.8")).status()).isEqualTo(200);
        end.countDown();
        for (RawConnection each : greedy) {
            assertThat(each.receive().status()).isIn(200, 503);
            each.close();
        }
        awaitNoPlaces();
    }

    /** Behind a balancer that hides addresses all visitors are one. */
    @Test
    void sixtyFourVisitorsOfOnePrivateAddressAreServedAtOnce() throws IOException {
        upstream.behaves(Behaviour.hangs());
        List<RawConnection> visitors = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            visitors.add(guard.http().connect());
            visitors.getLast().send(GET.with("X-Forwarded-For", "10.42.0.1").wire());
        }

        upstream.awaitRequests(64);

        for (RawConnection each : visitors) {
            each.close();
        }
        upstream.awaitOpenConnections(0);
        awaitNoPlaces();
    }

    /** An upstream that closes makes Netty read all that is left, whoever takes it. */
    @ParameterizedTest
    @ValueSource(strings = {"KEEP", "CLOSE"})
    void slowReadersHoldLittleMemory(Ending ending) throws Exception {
        int large = 16 << 20;
        byte[] page = (Wire.ok("Content-Length: " + large) + Wire.octets(large)).getBytes(UTF_8);
        Behaviour sends = (dialogue, _) -> dialogue.socket().getOutputStream().write(page);
        upstream.behaves(sends.then(ending));
        long before = directMemory();
        List<RawConnection> visitors = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            visitors.add(guard.http().connect());
            visitors.getLast().send(GET.wire());
        }
        upstream.awaitRequests(64);
        for (RawConnection each : visitors) {
            each.receiveToHead();
        }
        Eventually.until("full buffers", this::isSettled);

        assertThat(directMemory() - before).isLessThan(20 << 20);

        for (RawConnection each : visitors) {
            each.close();
        }
        awaitNoPlaces();
        upstream.behaves(Behaviour.answers(200));
        assertThat(ask().status()).isEqualTo(200);
    }

    private boolean isSettled() throws InterruptedException {
        long now = directMemory();
        var pause = new CountDownLatch(1);
        return !pause.await(300, TimeUnit.MILLISECONDS) && directMemory() == now;
    }

    @Test
    void heldRequestsGiveBackTheirHeads() throws IOException {
        upstream.behaves(Behaviour.hangs());
        List<RawConnection> held = new ArrayList<>();
        for (int i = 0; i < 48; i++) {
            held.add(guard.http().connect());
            held.getLast().send(GET.with("Cookie", Wire.octets(1000 + i)).wire());
        }
        upstream.awaitRequests(48);

        Eventually.until("no bytes", () -> status(guard).contains("\"buffered-bytes\":0"));
        for (RawConnection each : held) {
            each.close();
        }
        awaitNoPlaces();
    }

    /** One byte now and then is no silence. */
    @Test
    void placeThatOthersWaitForIsNotHeldForEver() throws Exception {
        try (var limited = with(Map.of("pool.max-concurrent-http1-connections", "1"));
                RawConnection slow = limited.http().connect();
                var drips = Executors.newSingleThreadScheduledExecutor()) {
            slow.send(POST.with("Content-Length", "1000").body("s").wire());
            Eventually.until("the place", () -> status(limited).contains("\"taken\":1"));
            drips.scheduleAtFixedRate(() -> slow.send("s"), 1, 1, TimeUnit.SECONDS);
            int answered = 503;
            for (int i = 0; i < 5 && answered == 503; i++) {
                answered = limited.http().ask(GET).status(); // waits for up to 5 s
            }
            drips.shutdownNow();

            assertThat(answered).isEqualTo(200);
            assertThat(slow.receive().status()).isEqualTo(503);
        }
    }

    /** An upload that nobody takes, and those that wait for a place with part of a body. */
    @Test
    void bodiesThatAreHeldAreCounted() throws IOException {
        upstream.behaves(Behaviour.hangs());
        try (var limited = with(Map.of("pool.max-concurrent-http1-connections", "1"));
                RawConnection first = limited.http().connect();
                RawConnection second = limited.http().connect()) {
            first.send(GET.wire());
            Eventually.until("the place", () -> status(limited).contains("\"taken\":1"));
            second.send(POST.with("Content-Length", "20000").body(Wire.octets(10_000)).wire());

            Eventually.until("count", () -> bufferedBytes(limited) > 1_000);
            second.hangUp();
            Eventually.until("no bytes", () -> bufferedBytes(limited) == 0);
        }
    }

    private static long bufferedBytes(RunningGuard of) throws IOException {
        String state = status(of);
        String name = "\"buffered-bytes\":";
        int from = state.indexOf(name) + name.length();
        int to = from;
        while (Character.isDigit(state.charAt(to))) {
            to++;
        }
        return Long.parseLong(state.substring(from, to));
    }

    /** A visitor's long URL is all it takes to make the outpost send a long redirect. */
    @Test
    void responseHeadIsCountedUntilItWasSentOn() throws IOException {
        var rest = new CountDownLatch(1);
        String field = "A: b\r\n";
        String head = "HTTP/1.1 302 Found\r\n" + field.repeat(900);
        upstream.behaves(
                (dialogue, _) -> {
                    dialogue.send(head);
                    rest.await();
                    dialogue.send("Content-Length: 0\r\n\r\n");
                });
        try (RawConnection visitor = guard.http().connect()) {
            visitor.send(GET.wire());
            int bytes = head.length() + 900 * 64;
            Eventually.until("count", () -> status(guard).contains("\"buffered-bytes\":" + bytes));
            rest.countDown();

            assertThat(visitor.receive().status()).isEqualTo(302);
            Eventually.until("no bytes", () -> status(guard).contains("\"buffered-bytes\":0"));
        }
    }

    @Test
    void managementPortDoesNotPassThrough() throws IOException {
        assertThat(guard.management().ask(GET).status()).isEqualTo(404);
        assertThat(upstream.requests()).isEmpty();
    }

    private void awaitNoPlaces() {
        Eventually.until("no place", () -> status(guard).contains("\"taken\":0,\"waiting\":0"));
    }

    private static String status(RunningGuard of) throws IOException {
        return of.status();
    }

    private static long directMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private RunningGuard with(Map<String, String> limits) {
        Map<String, Object> properties = new HashMap<>();
        limits.forEach(
                (key, value) -> properties.put("micronaut.http.services.outpost." + key, value));
        return RunningGuard.start(GuardFiles.with(settings()), properties);
    }
}
