package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.testing.BlackholePort;
import dev.forwardguard.testing.RefusingPort;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** Changes of the Secret, and of the connection to the API server. */
class SecretWatchTest {
    private static final String FIRST = "first password";
    private static final String SECOND = "second password";

    @RegisterExtension static final CapturedLogs LOGS = new CapturedLogs();

    @TempDir private Path directory;
    private TestAuthority authority;
    private FakeApiServer api;
    private MountedServiceAccount pod;

    @BeforeEach
    void start() throws Exception {
        LOGS.clear();
        authority = new TestAuthority();
        api = FakeApiServer.secure(authority.server("127.0.0.1"));
        api.accept("token-of-the-pod");
        pod = new MountedServiceAccount(directory, "token-of-the-pod", authority.pem());
    }

    @AfterEach
    void checkFieldSelector() {
        api.close();
        assertThat(api.requests()).allMatch(FakeApiServer::selected);
    }

    private ClusterAccess access() {
        return access(api.port());
    }

    private ClusterAccess access(int port) {
        return ServiceAccount.at("127.0.0.1", String.valueOf(port), pod.directory());
    }

    private FollowedSecret follow() {
        return new FollowedSecret(access());
    }

    /** Follows a Secret; the first password is in force and a watch is open. */
    private FollowedSecret followed() {
        api.put(Passwords.line("alice", FIRST));
        FollowedSecret secret = follow();
        secret.awaitAccepted("alice", FIRST);
        Eventually.until("a watch", () -> api.openWatches() == 1);
        return secret;
    }

    private void rotate(FollowedSecret secret) {
        api.put(Passwords.line("alice", SECOND));
        secret.awaitAccepted("alice", SECOND);
        assertThat(secret.accepts("alice", FIRST)).isFalse();
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Nested
    class SecretLifecycle {

        @Test
        void readsExistingSecret() {
            try (FollowedSecret secret = followed()) {
                secret.awaitContact("followed");
                assertThat(secret.value.snapshot().orElseThrow().revision()).isEqualTo("101");
                assertThat(secret.value.confirmed()).isPresent();
            }
        }

        @Test
        void readsSecretCreatedLater() {
            try (FollowedSecret secret = follow()) {
                secret.awaitContact("absent");
                assertThat(secret.value.get()).isEmpty();

                api.put(Passwords.line("alice", FIRST));

                secret.awaitAccepted("alice", FIRST);
                secret.awaitContact("followed");
            }
        }

        @Test
        void appliesModifiedSecret() {
            try (FollowedSecret secret = followed()) {
                rotate(secret);
                assertThat(api.lists()).isEqualTo(1);
            }
        }

        @Test
        void appliesLastOfThousandUpdates() {
            try (FollowedSecret secret = followed()) {
                for (int i = 0; i < 1000; i++) {
                    api.put(Passwords.line("alice", "burst password " + i));
                }

                secret.awaitAccepted("alice", "burst password 999");

                assertThat(secret.value.snapshot().orElseThrow().revision()).isEqualTo("1101");
                assertThat(api.requests()).hasSize(2);
            }
        }

        @Test
        void revokesDeletedSecretAfterGrace() {
            try (FollowedSecret secret = followed()) {
                api.delete();
                secret.awaitContact("absent");
                secret.advance(FollowedSecret.GRACE.minusSeconds(2));
                assertThat(secret.accepts("alice", FIRST)).isTrue();

                secret.advance(Duration.ofSeconds(2));

                Eventually.until("no users", () -> secret.value.get().isEmpty());
            }
        }

        @Test
        void revokesSecretDeletedWhileDisconnected() throws Exception {
            try (FollowedSecret secret = followed()) {
                api.stop();
                secret.awaitContact("unreachable");
                api.delete();
                secret.advance(Duration.ofHours(1));
                assertThat(secret.accepts("alice", FIRST)).isTrue();

                api.start();
                secret.awaitContact("absent");
                assertThat(secret.accepts("alice", FIRST)).isTrue();
                secret.advance(FollowedSecret.GRACE);

                Eventually.until("no users", () -> secret.value.get().isEmpty());
            }
        }

        @Test
        void revokesDeletedSecretEvenIfServerIsDown() {
            try (FollowedSecret secret = followed()) {
                api.delete();
                secret.awaitContact("absent");
                api.stop();
                secret.awaitContact("unreachable");

                secret.advance(FollowedSecret.GRACE);

                Eventually.until("no users", () -> secret.value.get().isEmpty());
            }
        }

        /** An API server never answers so: it has an empty list instead. */
        @Test
        void keepsUsersDespite404() {
            try (FollowedSecret secret = followed()) {
                api.everyList(FakeApiServer.status(404));
                api.breakWatches();
                secret.awaitContact("bad_status");

                secret.advance(Duration.ofHours(1));
                secret.awaitReads(ListWatchResult.BAD_STATUS, 3);

                assertThat(secret.accepts("alice", FIRST)).isTrue();
            }
        }

        @Test
        void keepsSecretRecreatedWithinGrace() {
            try (FollowedSecret secret = followed()) {
                api.delete();
                secret.awaitContact("absent");
                secret.advance(FollowedSecret.GRACE.minusSeconds(5));
                api.restore(7);
                api.put(Passwords.line("alice", FIRST));
                secret.awaitContact("followed");

                secret.advance(FollowedSecret.GRACE);
                api.bookmark();
                api.put(Passwords.line("alice", FIRST) + Passwords.line("bob", SECOND));
                secret.awaitAccepted("bob", SECOND);

                assertThat(secret.accepts("alice", FIRST)).isTrue();
                assertThat(LOGS.logged()).noneMatch(line -> line.contains("Withdrawn"));
            }
        }

        @Test
        void readsSecretRecreatedAfterGrace() {
            try (FollowedSecret secret = followed()) {
                api.delete();
                secret.awaitContact("absent");
                secret.advance(FollowedSecret.GRACE);
                Eventually.until("no users", () -> secret.value.get().isEmpty());
                api.restore(7);

                api.put(Passwords.line("alice", SECOND));

                secret.awaitAccepted("alice", SECOND);
            }
        }

        @Test
        void startsNewGraceForEachDeletion() {
            try (FollowedSecret secret = followed()) {
                for (int i = 0; i < 3; i++) {
                    api.delete();
                    secret.awaitContact("absent");
                    secret.advance(FollowedSecret.GRACE.minusSeconds(5));
                    api.put(Passwords.line("alice", FIRST));
                    secret.awaitContact("followed");
                }

                assertThat(secret.accepts("alice", FIRST)).isTrue();
            }
        }

        @Test
        void acceptsRevisionsThatStartOver() throws Exception {
            try (FollowedSecret secret = followed()) {
                rotate(secret);
                api.stop();
                api.restore(3);
                api.put(Passwords.line("alice", "restored password"));
                api.start();
                secret.awaitAccepted("alice", "restored password");

                api.put(Passwords.line("alice", FIRST));

                secret.awaitAccepted("alice", FIRST);
            }
        }

        @Test
        void distinguishesReusedRevisionByContent() throws Exception {
            try (FollowedSecret secret = followed()) {
                rotate(secret); // revision 102
                api.stop();
                api.restore(101);
                api.put(Passwords.line("alice", FIRST)); // revision 102
                api.start();

                secret.awaitAccepted("alice", FIRST);

                assertThat(secret.accepts("alice", SECOND)).isFalse();
            }
        }
    }

    @Nested
    class Startup {

        @Test
        void recoversAfterRefusedConnection() throws Exception {
            api.put(Passwords.line("alice", FIRST));
            api.stop();
            try (FollowedSecret secret = follow()) {
                secret.awaitContact("unreachable");
                assertThat(secret.value.get()).isEmpty();

                api.start();

                secret.awaitAccepted("alice", FIRST);
            }
        }

        @Test
        void retriesWhenConnectionIsRefused() {
            try (RefusingPort port = RefusingPort.open();
                    FollowedSecret secret = new FollowedSecret(access(port.port()))) {
                secret.awaitReads(ListWatchResult.UNREACHABLE, 5);
            }
        }

        @Test
        void retriesWhenServerIsUnroutable() {
            try (BlackholePort port = BlackholePort.open();
                    FollowedSecret secret = new FollowedSecret(access(port.port()))) {
                secret.awaitReads(ListWatchResult.TIMEOUT, 2);
            }
        }

        @Test
        void recoversAfterHangingLists() {
            api.put(Passwords.line("alice", FIRST));
            api.nextList(FakeApiServer.hang());
            api.nextList(FakeApiServer.hang());
            try (FollowedSecret secret = follow()) {
                secret.awaitContact("timeout");

                secret.awaitAccepted("alice", FIRST);
            }
        }
    }

    @Nested
    class WatchConnection {

        @Test
        void reopensWatchEndedByServer() {
            try (FollowedSecret secret = followed()) {
                for (int i = 2; i < 5; i++) {
                    secret.advance(Duration.ofSeconds(1)); // longer than minWatch
                    api.endWatches();
                    int lists = i;
                    Eventually.until("another list", () -> api.lists() == lists);
                    Eventually.until("another watch", () -> api.openWatches() == 1);
                }

                assertThat(secret.reconnects()).isZero();
                rotate(secret);
            }
        }

        @Test
        void losesNoChangeWhenWatchBreaks() {
            try (FollowedSecret secret = followed()) {
                api.breakWatches();

                rotate(secret);

                assertThat(secret.reads(ListWatchResult.CLOSED)).isEqualTo(1);
                assertThat(secret.reconnects()).isEqualTo(1);
            }
        }

        @Test
        void ignoresIncompleteLine() {
            try (FollowedSecret secret = followed()) {
                byte[] event =
                        FakeApiServer.event(
                                "MODIFIED",
                                FakeApiServer.object(FakeApiServer.data("htpasswd", ""), 999));
                api.send(Arrays.copyOf(event, event.length - 2));
                api.breakWatches();
                secret.awaitReads(ListWatchResult.CLOSED, 1);
                Eventually.until("another watch", () -> api.openWatches() == 1);
                assertThat(secret.accepts("alice", FIRST)).isTrue();

                api.send(Arrays.copyOf(event, event.length - 1)); // only the line feed is missing
                secret.advance(Duration.ofSeconds(1));
                api.endWatches();
                Eventually.until("another list", () -> api.lists() == 3);

                rotate(secret);
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void backsOffWhenWatchesCloseAtOnce(boolean properly) {
            api.put(Passwords.line("alice", FIRST));
            api.everyWatch(
                    properly
                            ? FakeApiServer.answer(new byte[0])
                            : FakeApiServer.truncated(new byte[0]));
            try (FollowedSecret secret = new FollowedSecret(access(), WatchTimings.DEFAULT)) {
                Eventually.until("four cycles", () -> api.requests().size() >= 8);

                long first = api.requests().getFirst().nanos();
                long last = api.requests().get(7).nanos();
                // 100, 200 and 400 ms, of which half is jitter
                assertThat(Duration.ofNanos(last - first)).isGreaterThan(Duration.ofMillis(350));
                assertThat(secret.status()).isEqualTo("closed");
                assertThat(secret.accepts("alice", FIRST)).isTrue();
                long logged =
                        LOGS.logged().stream()
                                .filter(line -> line.contains("Secret"))
                                .filter(line -> !line.contains(FollowedSecret.SESSION_KEY))
                                .count();
                assertThat(logged).as("lines about the contact").isEqualTo(2);

                api.everyWatch(null);
                Eventually.until("a watch", () -> api.openWatches() == 1);
                rotate(secret);
                secret.awaitContact("followed");
            }
        }

        /** Hours may pass until the next event. */
        @Test
        void recoversWithoutEventWhenWatchStaysOpen() {
            api.put(Passwords.line("alice", FIRST));
            api.everyWatch(FakeApiServer.answer(new byte[0]));
            try (FollowedSecret secret = follow()) {
                secret.awaitContact("closed");

                api.everyWatch(null);

                secret.awaitContact("followed");
                assertThat(api.openWatches()).isEqualTo(1);
                Eventually.until(
                        "the line", () -> LOGS.logged().getLast().contains("Following the Secret"));
            }
        }

        @Test
        void detectsHalfOpenConnection() throws Exception {
            WatchTimings timings = FollowedSecret.withWatch(seconds(60), Duration.ofMillis(300));
            api.put(Passwords.line("alice", FIRST));
            try (var proxy = new StallableProxy(api.port());
                    FollowedSecret secret = new FollowedSecret(access(proxy.port()), timings)) {
                secret.awaitAccepted("alice", FIRST);
                Eventually.until("a watch", () -> api.openWatches() == 1);

                proxy.stall();
                api.put(Passwords.line("alice", SECOND));

                secret.awaitAccepted("alice", SECOND);
                assertThat(secret.reads(ListWatchResult.TIMEOUT)).isPositive();
            }
        }

        @Test
        void endsWatchWithOnlyBlankLines() {
            WatchTimings timings =
                    FollowedSecret.withWatch(Duration.ofMillis(300), Duration.ofMillis(200));
            api.put(Passwords.line("alice", FIRST));
            api.nextWatch(
                    exchange -> {
                        exchange.sendResponseHeaders(200, 0);
                        var never = new java.util.concurrent.CountDownLatch(1);
                        do {
                            exchange.getResponseBody().write('\n');
                            exchange.getResponseBody().flush();
                        } while (!never.await(20, java.util.concurrent.TimeUnit.MILLISECONDS));
                    });
            try (FollowedSecret secret = new FollowedSecret(access(), timings)) {
                secret.awaitReads(ListWatchResult.TIMEOUT, 1);

                rotate(secret);
            }
        }

        @Test
        void requestsWatchShorterThanOwnTimeouts() {
            try (FollowedSecret secret = followed()) {
                var watch = api.requests().getLast();

                secret.awaitContact("followed");

                long seconds = Long.parseLong(watch.query().get("timeoutSeconds"));

                assertThat(seconds).isBetween(50L, 60L);
                assertThat(watch.query())
                        .containsEntry("allowWatchBookmarks", "true")
                        .containsEntry("resourceVersion", "101");
                assertThat(WatchTimings.DEFAULT.readTimeout()).isBetween(seconds(61), seconds(75));
                assertThat(WatchTimings.DEFAULT.watchDeadline())
                        .isBetween(seconds(65), seconds(75));
            }
        }
    }

    @Nested
    class ServerResponses {

        @Test
        void ignoresBlankLinesBookmarksAndForeignEvents() {
            try (FollowedSecret secret = followed()) {
                String other =
                        FakeApiServer.object(FakeApiServer.data("htpasswd", ""), 900)
                                .replace(FakeApiServer.NAME, "another");
                String ours = FakeApiServer.object(FakeApiServer.data("htpasswd", ""), 901);
                api.send("\n\r\n  \n".getBytes(UTF_8));
                api.bookmark();
                api.send(FakeApiServer.event("MODIFIED", other));
                api.send(FakeApiServer.event("DELETED", other));
                api.send(FakeApiServer.event("RENAMED", ours));

                rotate(secret);

                assertThat(api.requests()).hasSize(2);
            }
        }

        @Test
        void readsUtf8SplitOverChunks() {
            try (FollowedSecret secret = followed()) {
                String htpasswd = Passwords.line("jürgen", SECOND);
                String base64 =
                        java.util.Base64.getEncoder().encodeToString(htpasswd.getBytes(UTF_8));
                String object =
                        FakeApiServer.object(FakeApiServer.data("htpasswd", base64), 200)
                                .replace(
                                        "\"type\":\"Opaque\"",
                                        "\"note\":\"äöü€😀\",\"type\":\"Opaque\"");
                byte[] event = FakeApiServer.event("MODIFIED", object);
                for (byte b : event) {
                    api.send(new byte[] {b});
                }

                secret.awaitAccepted("jürgen", SECOND);
            }
        }

        @Test
        void listsAtOnceAfter410Event() {
            api.put(Passwords.line("alice", FIRST));
            try (FollowedSecret secret =
                    new FollowedSecret(access(), FollowedSecret.SLOW_RETRIES)) {
                Eventually.until("a watch", () -> api.openWatches() == 1);
                api.failWatches(410);
                Eventually.until("another list", () -> api.lists() == 2);
                Eventually.until("another watch", () -> api.openWatches() == 1);

                assertThat(secret.reads(ListWatchResult.GONE)).isEqualTo(1);
                rotate(secret);
            }
        }

        @Test
        void listsAtOnceAfter410Status() {
            api.put(Passwords.line("alice", FIRST));
            api.nextWatch(FakeApiServer.status(410));
            try (FollowedSecret secret =
                    new FollowedSecret(access(), FollowedSecret.SLOW_RETRIES)) {
                Eventually.until("a watch", () -> api.openWatches() == 1);
                assertThat(api.lists()).isEqualTo(2);

                rotate(secret);
            }
        }

        @Test
        void backsOffAfterRepeated410() {
            api.put(Passwords.line("alice", FIRST));
            api.everyWatch(FakeApiServer.status(410));
            try (FollowedSecret secret = new FollowedSecret(access(), WatchTimings.DEFAULT)) {
                Eventually.until("five cycles", () -> api.requests().size() >= 10);
                assertThat(secret.status()).isEqualTo("gone");

                long first = api.requests().getFirst().nanos();
                long last = api.requests().get(9).nanos();
                assertThat(Duration.ofNanos(last - first)).isGreaterThan(Duration.ofMillis(350));
            }
        }

        @Test
        void keepsLastGoodDuringServerErrors() {
            try (FollowedSecret secret = followed()) {
                api.everyList(FakeApiServer.status(500));
                api.failWatches(500);
                secret.awaitContact("server_error");
                secret.advance(Duration.ofDays(1));
                assertThat(secret.accepts("alice", FIRST)).isTrue();

                api.everyList(null);

                rotate(secret);
            }
        }

        @Test
        void respectsRetryAfter() {
            api.put(Passwords.line("alice", FIRST));
            api.nextList(FakeApiServer.throttle(1));
            try (FollowedSecret secret = new FollowedSecret(access(), WatchTimings.DEFAULT)) {
                secret.awaitAccepted("alice", FIRST);

                long throttled = api.requests().get(0).nanos();
                long again = api.requests().get(1).nanos();
                assertThat(Duration.ofNanos(again - throttled))
                        .isGreaterThan(Duration.ofSeconds(1));
                assertThat(secret.reads(ListWatchResult.THROTTLED)).isEqualTo(1);
            }
        }

        @Test
        void capsRetryAfter() {
            api.put(Passwords.line("alice", FIRST));
            api.nextList(FakeApiServer.throttle(100_000));
            try (FollowedSecret secret = follow()) {
                secret.awaitAccepted("alice", FIRST);
            }
        }

        @Test
        void timesOutHangingLists() {
            try (FollowedSecret secret = followed()) {
                api.nextList(FakeApiServer.hang());
                api.nextList(
                        exchange -> {
                            exchange.sendResponseHeaders(200, 1000); // and no body
                            new java.util.concurrent.CountDownLatch(1).await();
                        });
                api.breakWatches();
                secret.awaitReads(ListWatchResult.TIMEOUT, 2);

                rotate(secret);
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "<html>please log in</html>",
                    "{}",
                    "[]",
                    "null",
                    "{\"kind\":\"SecretList\"}",
                    "{\"kind\":\"SecretList\",\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[",
                    "{\"kind\":\"SecretList\",\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[]}x",
                    "{\"kind\":\"SecretList\",\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[{}]}",
                    "{\"kind\":\"Status\",\"metadata\":{\"resourceVersion\":\"5\"},\"code\":200}"
                })
        void keepsLastGoodAfterMalformedList(String garbage) {
            try (FollowedSecret secret = followed()) {
                api.everyList(FakeApiServer.answer(garbage.getBytes(UTF_8)));
                api.breakWatches();
                secret.awaitContact("malformed");
                secret.advance(Duration.ofDays(1));
                secret.awaitReads(ListWatchResult.MALFORMED, 3);
                assertThat(secret.accepts("alice", FIRST)).isTrue();

                api.everyList(null);

                rotate(secret);
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"garbage\n", "{\"type\":\"MODIFIED\"}\n", "{\"type\":\n", "\u0000\n"})
        void keepsLastGoodAfterMalformedEvent(String garbage) {
            try (FollowedSecret secret = followed()) {
                api.send(garbage.getBytes(UTF_8));
                secret.awaitReads(ListWatchResult.MALFORMED, 1);
                assertThat(secret.accepts("alice", FIRST)).isTrue();

                rotate(secret);
            }
        }
    }

    @Nested
    class Closing {

        @Test
        void endsThreadAndConnection() throws Exception {
            api.put(Passwords.line("alice", FIRST));
            try (var proxy = new StallableProxy(api.port())) {
                FollowedSecret secret = new FollowedSecret(access(proxy.port()));
                secret.awaitAccepted("alice", FIRST);
                Eventually.until("a watch", () -> api.openWatches() == 1);
                assertThat(proxy.open()).isEqualTo(1);

                long began = System.nanoTime();
                secret.close();

                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(seconds(1));
                assertThat(secret.ended()).isTrue();
                Eventually.until("no connection", () -> proxy.open() == 0);
                assertThat(secret.accepts("alice", FIRST)).isTrue();
            }
        }

        @Test
        void interruptsPauseAndHangingConnect() {
            api.nextList(FakeApiServer.throttle(30));
            try (BlackholePort port = BlackholePort.open()) {
                FollowedSecret paused = new FollowedSecret(access(), WatchTimings.DEFAULT);
                FollowedSecret connecting =
                        new FollowedSecret(access(port.port()), WatchTimings.DEFAULT);
                Eventually.until("throttled", () -> paused.status().equals("throttled"));

                long began = System.nanoTime();
                paused.close();
                connecting.close();

                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(seconds(2));
                assertThat(paused.ended()).isTrue();
                assertThat(connecting.ended()).isTrue();
            }
        }
    }
}
