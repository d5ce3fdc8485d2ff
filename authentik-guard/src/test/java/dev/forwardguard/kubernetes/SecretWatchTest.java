package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.testing.BlackholePort;
import dev.forwardguard.testing.RefusingPort;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** The life of a Secret and of the connection to it. */
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
        LOGS.forget();
        authority = new TestAuthority();
        api = FakeApiServer.secure(authority.server("127.0.0.1"));
        api.accept("token-of-the-pod");
        pod = new MountedServiceAccount(directory, "token-of-the-pod", authority.pem());
    }

    @AfterEach
    void everyRequestCarriedTheFieldSelector() {
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

    /** Follows, and has the first password in force. */
    private FollowedSecret followed() {
        api.put(Passwords.line("alice", FIRST));
        FollowedSecret secret = follow();
        secret.awaitAccepted("alice", FIRST);
        Eventually.until("a watch", () -> api.openWatches() == 1);
        return secret;
    }

    private void rotated(FollowedSecret secret) {
        api.put(Passwords.line("alice", SECOND));
        secret.awaitAccepted("alice", SECOND);
        assertThat(secret.accepts("alice", FIRST)).isFalse();
    }

    // ---- the Secret

    @Test
    void takesASecretThatIsThere() {
        try (FollowedSecret secret = followed()) {
            secret.awaitContact("followed");
            assertThat(secret.value.snapshot().orElseThrow().revision()).isEqualTo("101");
            assertThat(secret.value.confirmed()).isPresent();
        }
    }

    @Test
    void takesASecretThatComesLater() {
        try (FollowedSecret secret = follow()) {
            secret.awaitContact("absent");
            assertThat(secret.value.get()).isEmpty();

            api.put(Passwords.line("alice", FIRST));

            secret.awaitAccepted("alice", FIRST);
            secret.awaitContact("followed");
        }
    }

    @Test
    void aModifiedSecretRefusesTheOldPasswordAndAcceptsTheNew() {
        try (FollowedSecret secret = followed()) {
            rotated(secret);
            assertThat(api.lists()).isEqualTo(1);
        }
    }

    @Test
    void theLastOfAThousandUpdatesInABurstWins() {
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
    void aDeletedSecretIsRevokedAfterTheGrace() {
        try (FollowedSecret secret = followed()) {
            api.delete();
            secret.awaitContact("absent");
            secret.pass(FollowedSecret.GRACE.minusSeconds(2));
            assertThat(secret.accepts("alice", FIRST)).isTrue();

            secret.pass(Duration.ofSeconds(2));

            Eventually.until("nobody gets in", () -> secret.value.get().isEmpty());
        }
    }

    @Test
    void aSecretThatWasDeletedWhileDisconnectedIsRevokedAfterTheGrace() throws Exception {
        try (FollowedSecret secret = followed()) {
            api.stop();
            secret.awaitContact("unreachable");
            api.delete();
            secret.pass(Duration.ofHours(1));
            assertThat(secret.accepts("alice", FIRST)).isTrue();

            api.start();
            secret.awaitContact("absent");
            assertThat(secret.accepts("alice", FIRST)).isTrue();
            secret.pass(FollowedSecret.GRACE);

            Eventually.until("nobody gets in", () -> secret.value.get().isEmpty());
        }
    }

    @Test
    void aDeletedSecretIsRevokedAlsoWhenTheServerIsGoneByThen() {
        try (FollowedSecret secret = followed()) {
            api.delete();
            secret.awaitContact("absent");
            api.stop();
            secret.awaitContact("unreachable");

            secret.pass(FollowedSecret.GRACE);

            Eventually.until("nobody gets in", () -> secret.value.get().isEmpty());
        }
    }

    @Test
    void a404IsADeletion() {
        try (FollowedSecret secret = followed()) {
            api.everyList(FakeApiServer.status(404));
            api.breakWatches();
            secret.awaitContact("not_found");
            assertThat(secret.accepts("alice", FIRST)).isTrue();

            secret.pass(FollowedSecret.GRACE);

            Eventually.until("nobody gets in", () -> secret.value.get().isEmpty());
        }
    }

    @Test
    void aSecretThatComesBackWithinTheGraceChangesNothingAlsoWithALowerRevision() {
        try (FollowedSecret secret = followed()) {
            api.delete();
            secret.awaitContact("absent");
            secret.pass(FollowedSecret.GRACE.minusSeconds(5));
            api.restore(7);
            api.put(Passwords.line("alice", FIRST));
            secret.awaitContact("followed");

            secret.pass(FollowedSecret.GRACE);
            api.bookmark();
            api.put(Passwords.line("alice", FIRST) + Passwords.line("bob", SECOND));
            secret.awaitAccepted("bob", SECOND);

            assertThat(secret.accepts("alice", FIRST)).isTrue();
            assertThat(LOGS.logged()).noneMatch(line -> line.contains("Withdrawn"));
        }
    }

    @Test
    void aSecretThatComesBackAfterTheGraceLetsInAgain() {
        try (FollowedSecret secret = followed()) {
            api.delete();
            secret.awaitContact("absent");
            secret.pass(FollowedSecret.GRACE);
            Eventually.until("nobody gets in", () -> secret.value.get().isEmpty());
            api.restore(7);

            api.put(Passwords.line("alice", SECOND));

            secret.awaitAccepted("alice", SECOND);
        }
    }

    @Test
    void eachDeletionHasAGraceOfItsOwn() {
        try (FollowedSecret secret = followed()) {
            for (int i = 0; i < 3; i++) {
                api.delete();
                secret.awaitContact("absent");
                secret.pass(FollowedSecret.GRACE.minusSeconds(5));
                api.put(Passwords.line("alice", FIRST));
                secret.awaitContact("followed");
            }

            assertThat(secret.accepts("alice", FIRST)).isTrue();
        }
    }

    @Test
    void revisionsThatStartAnewDoNoHarm() throws Exception {
        try (FollowedSecret secret = followed()) {
            rotated(secret);
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
    void aRevisionThatComesBackWithAnotherContentIsAnother() throws Exception {
        try (FollowedSecret secret = followed()) {
            rotated(secret); // revision 102
            api.stop();
            api.restore(101);
            api.put(Passwords.line("alice", FIRST)); // revision 102
            api.start();

            secret.awaitAccepted("alice", FIRST);

            assertThat(secret.accepts("alice", SECOND)).isFalse();
        }
    }

    // ---- the start

    @Test
    void followsAServerThatRefusedAtTheStart() throws Exception {
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
    void keepsAskingAServerThatRefuses() {
        try (RefusingPort port = RefusingPort.open();
                FollowedSecret secret = new FollowedSecret(access(port.port()))) {
            secret.awaitReads(ListWatchResult.UNREACHABLE, 5);
        }
    }

    @Test
    void keepsAskingAServerThatIsUnroutable() {
        try (BlackholePort port = BlackholePort.open();
                FollowedSecret secret = new FollowedSecret(access(port.port()))) {
            secret.awaitReads(ListWatchResult.TIMEOUT, 2);
        }
    }

    @Test
    void followsAServerThatHungAtTheStart() {
        api.put(Passwords.line("alice", FIRST));
        api.nextList(FakeApiServer.hang());
        api.nextList(FakeApiServer.hang());
        try (FollowedSecret secret = follow()) {
            secret.awaitContact("timeout");

            secret.awaitAccepted("alice", FIRST);
        }
    }

    // ---- the watch

    @Test
    void aWatchThatTheServerEndedIsFollowedByAnother() {
        try (FollowedSecret secret = followed()) {
            for (int i = 2; i < 5; i++) {
                secret.pass(Duration.ofSeconds(1)); // settled
                api.endWatches();
                int lists = i;
                Eventually.until("another list", () -> api.lists() == lists);
                Eventually.until("another watch", () -> api.openWatches() == 1);
            }

            assertThat(secret.reconnects()).isZero();
            rotated(secret);
        }
    }

    @Test
    void aChangeIsNotLostWhenTheWatchBreaksInTheMiddle() {
        try (FollowedSecret secret = followed()) {
            api.breakWatches();

            rotated(secret);

            assertThat(secret.reads(ListWatchResult.CLOSED)).isEqualTo(1);
            assertThat(secret.reconnects()).isEqualTo(1);
        }
    }

    @Test
    void halfALineIsNoEvent() {
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

            api.send(Arrays.copyOf(event, event.length - 1)); // complete but for its line feed
            secret.pass(Duration.ofSeconds(1));
            api.endWatches();
            Eventually.until("another list", () -> api.lists() == 3);

            rotated(secret);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void watchesThatAreClosedAtOnceAreNoHotLoop(boolean properly) {
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
            long logged = LOGS.logged().stream().filter(line -> line.contains("Secret")).count();
            assertThat(logged).as("lines about the contact").isEqualTo(2);

            api.everyWatch(null);
            Eventually.until("a watch", () -> api.openWatches() == 1);
            rotated(secret);
            secret.awaitContact("followed");
        }
    }

    @Test
    void noticesAHalfOpenConnection() throws Exception {
        WatchTimings timings = FollowedSecret.impatient(seconds(60), Duration.ofMillis(300));
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
    void aConnectionOnWhichOnlyBlankLinesDripDoesNotLastForEver() {
        WatchTimings timings =
                FollowedSecret.impatient(Duration.ofMillis(300), Duration.ofMillis(200));
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

            rotated(secret);
        }
    }

    @Test
    void asksTheServerToEndAWatchBeforeTheGuardGivesItUp() {
        try (FollowedSecret secret = followed()) {
            var watch = api.requests().getLast();

            secret.awaitContact("followed");

            long seconds = Long.parseLong(watch.query().get("timeoutSeconds"));

            assertThat(seconds).isBetween(50L, 60L);
            assertThat(watch.query())
                    .containsEntry("allowWatchBookmarks", "true")
                    .containsEntry("resourceVersion", "101");
            assertThat(WatchTimings.DEFAULT.silence()).isBetween(seconds(61), seconds(75));
            assertThat(WatchTimings.DEFAULT.watchDeadline()).isBetween(seconds(65), seconds(75));
        }
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    // ---- events

    @Test
    void survivesBlankLinesBookmarksUnknownEventsAndThoseOfOthers() {
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

            rotated(secret);

            assertThat(api.requests()).hasSize(2);
        }
    }

    @Test
    void readsUtf8ThatIsSplitOverChunks() {
        try (FollowedSecret secret = followed()) {
            String htpasswd = Passwords.line("jürgen", SECOND);
            String base64 = java.util.Base64.getEncoder().encodeToString(htpasswd.getBytes(UTF_8));
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
    void listsAgainAtOnceWhenTheRevisionIsTooOldAsAnEvent() {
        api.put(Passwords.line("alice", FIRST));
        try (FollowedSecret secret = new FollowedSecret(access(), FollowedSecret.LEISURELY)) {
            Eventually.until("a watch", () -> api.openWatches() == 1);
            api.failWatches(410);
            Eventually.until("another list", () -> api.lists() == 2);
            Eventually.until("another watch", () -> api.openWatches() == 1);

            assertThat(secret.reads(ListWatchResult.GONE)).isEqualTo(1);
            rotated(secret);
        }
    }

    @Test
    void listsAgainAtOnceWhenTheRevisionIsTooOldAsAStatus() {
        api.put(Passwords.line("alice", FIRST));
        api.nextWatch(FakeApiServer.status(410));
        try (FollowedSecret secret = new FollowedSecret(access(), FollowedSecret.LEISURELY)) {
            Eventually.until("a watch", () -> api.openWatches() == 1);
            assertThat(api.lists()).isEqualTo(2);

            rotated(secret);
        }
    }

    @Test
    void aServerToWhichEveryRevisionIsTooOldIsNoHotLoop() {
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
    void keepsTheLastGoodThroughErrorsOfTheServer() {
        try (FollowedSecret secret = followed()) {
            api.everyList(FakeApiServer.status(500));
            api.failWatches(500);
            secret.awaitContact("server_error");
            secret.pass(Duration.ofDays(1));
            assertThat(secret.accepts("alice", FIRST)).isTrue();

            api.everyList(null);

            rotated(secret);
        }
    }

    @Test
    void waitsAsLongAsTheServerAsksFor() {
        api.put(Passwords.line("alice", FIRST));
        api.nextList(FakeApiServer.throttle(1));
        try (FollowedSecret secret = new FollowedSecret(access(), WatchTimings.DEFAULT)) {
            secret.awaitAccepted("alice", FIRST);

            long throttled = api.requests().get(0).nanos();
            long again = api.requests().get(1).nanos();
            assertThat(Duration.ofNanos(again - throttled)).isGreaterThan(Duration.ofSeconds(1));
            assertThat(secret.reads(ListWatchResult.THROTTLED)).isEqualTo(1);
        }
    }

    @Test
    void doesNotWaitAsLongAsAServerThatAsksForTooMuch() {
        api.put(Passwords.line("alice", FIRST));
        api.nextList(FakeApiServer.throttle(100_000));
        try (FollowedSecret secret = follow()) {
            secret.awaitAccepted("alice", FIRST);
        }
    }

    @Test
    void aListThatHangsLaterIsGivenUp() {
        try (FollowedSecret secret = followed()) {
            api.nextList(FakeApiServer.hang());
            api.nextList(
                    exchange -> {
                        exchange.sendResponseHeaders(200, 1000); // and no body
                        new java.util.concurrent.CountDownLatch(1).await();
                    });
            api.breakWatches();
            secret.awaitReads(ListWatchResult.TIMEOUT, 2);

            rotated(secret);
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
    void whatIsNoListIsNoDeletion(String garbage) {
        try (FollowedSecret secret = followed()) {
            api.everyList(FakeApiServer.answer(garbage.getBytes(UTF_8)));
            api.breakWatches();
            secret.awaitContact("malformed");
            secret.pass(Duration.ofDays(1));
            secret.awaitReads(ListWatchResult.MALFORMED, 3);
            assertThat(secret.accepts("alice", FIRST)).isTrue();

            api.everyList(null);

            rotated(secret);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage\n", "{\"type\":\"MODIFIED\"}\n", "{\"type\":\n", "\u0000\n"})
    void aLineThatIsNoEventEndsTheWatch(String garbage) {
        try (FollowedSecret secret = followed()) {
            api.send(garbage.getBytes(UTF_8));
            secret.awaitReads(ListWatchResult.MALFORMED, 1);
            assertThat(secret.accepts("alice", FIRST)).isTrue();

            rotated(secret);
        }
    }

    // ---- the end

    @Test
    void closingEndsTheWatchWithItsThreadAndItsConnection() throws Exception {
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
    void closingEndsALongPauseAndAHangingConnectToo() {
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
