package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

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

/** 401, 403 and TLS: what stands between a guard and the Secret, and changes while it runs. */
class TokenAndTrustTest {
    private static final String FIRST = "the first password";
    private static final String SECOND = "the second password";
    private static final String OLD_TOKEN = "eyJhbGciOiJub25lIn0.old.token";
    private static final String NEW_TOKEN = "eyJhbGciOiJub25lIn0.new.token";

    @RegisterExtension static final CapturedLogs LOGS = new CapturedLogs();

    @TempDir private Path directory;
    private TestAuthority authority;
    private FakeApiServer api;
    private MountedServiceAccount pod;
    private FollowedSecret secret;

    @BeforeEach
    void follow() throws Exception {
        LOGS.forget();
        authority = new TestAuthority();
        api = FakeApiServer.secure(authority.server("127.0.0.1"));
        api.accept(OLD_TOKEN);
        api.put(Passwords.line("alice", FIRST));
        pod = new MountedServiceAccount(directory, OLD_TOKEN, authority.pem());
        secret =
                new FollowedSecret(
                        ServiceAccount.at(
                                "127.0.0.1", String.valueOf(api.port()), pod.directory()));
        secret.awaitAccepted("alice", FIRST);
        Eventually.until("a watch", () -> api.openWatches() == 1);
    }

    @AfterEach
    void everyRequestCarriedTheFieldSelector() {
        secret.close();
        api.close();
        assertThat(api.requests()).allMatch(FakeApiServer::selected);
    }

    private void stillGood() {
        secret.pass(Duration.ofDays(1));
        assertThat(secret.accepts("alice", FIRST)).isTrue();
    }

    private void rotated() {
        api.put(Passwords.line("alice", SECOND));
        secret.awaitAccepted("alice", SECOND);
        secret.awaitContact("followed");
    }

    // ---- the token

    @Test
    void readsTheTokenAgainWhenItIsRotated() throws Exception {
        pod.token(NEW_TOKEN + "\n");
        api.accept(NEW_TOKEN);
        secret.pass(Duration.ofSeconds(1));

        api.endWatches();

        Eventually.until("another watch", () -> api.lists() == 2 && api.openWatches() == 1);
        assertThat(secret.reads(ListWatchResult.UNAUTHORIZED)).isZero();
        rotated();
    }

    @Test
    void keepsTheLastGoodWhileTheTokenIsStaleAndGoesOnWithTheNextOne() throws Exception {
        api.accept(NEW_TOKEN);
        api.breakWatches();
        secret.awaitContact("unauthorized");
        secret.awaitReads(ListWatchResult.UNAUTHORIZED, 3);
        stillGood();

        pod.token(NEW_TOKEN);

        rotated();
    }

    @Test
    void asksAgainAtOnceAfterA401() {
        api.nextList(FakeApiServer.status(401));
        var access = ServiceAccount.at("127.0.0.1", String.valueOf(api.port()), pod.directory());
        try (var impatient = new FollowedSecret(access, FollowedSecret.LEISURELY)) {
            impatient.awaitAccepted("alice", FIRST);
        }
    }

    @Test
    void sendsNothingWithoutAToken() throws Exception {
        pod.deleteToken();
        int before = api.requests().size();
        api.breakWatches();
        secret.awaitContact("no_token");
        secret.awaitReads(ListWatchResult.NO_TOKEN, 3);
        stillGood();
        assertThat(api.requests()).hasSize(before);

        pod.token(OLD_TOKEN);

        rotated();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "two words", "a\nheader: b", "schlüssel"})
    void sendsNothingThatIsNoToken(String token) throws Exception {
        pod.token(token);
        int before = api.requests().size();
        api.breakWatches();
        secret.awaitContact("no_token");
        stillGood();
        assertThat(api.requests()).hasSize(before);

        pod.token(OLD_TOKEN);

        rotated();
    }

    // ---- RBAC

    @Test
    void keepsTheLastGoodWhileListIsNotPermitted() {
        api.permit(false);
        api.breakWatches();
        secret.awaitContact("forbidden");
        secret.awaitReads(ListWatchResult.FORBIDDEN, 3);
        stillGood();

        api.permit(true);

        rotated();
    }

    @Test
    void keepsTheLastGoodWhenThePermissionIsTakenInTheMiddleOfAWatch() {
        api.permit(false);
        api.failWatches(403);
        secret.awaitContact("forbidden");
        stillGood();

        api.permit(true);

        rotated();
    }

    @Test
    void keepsListingWhileOnlyTheWatchIsNotPermitted() {
        api.everyWatch(FakeApiServer.status(403));
        api.breakWatches();
        secret.awaitContact("forbidden");

        api.put(Passwords.line("alice", SECOND));
        secret.awaitAccepted("alice", SECOND); // by a list, though late

        api.everyWatch(null);
        Eventually.until("a watch", () -> api.openWatches() == 1);
        api.bookmark();
        secret.awaitContact("followed");
    }

    @Test
    void tellsAnOutageInOneLineAndItsEndInAnother() {
        LOGS.forget();
        api.permit(false);
        api.breakWatches();
        secret.awaitReads(ListWatchResult.FORBIDDEN, 10);
        api.permit(true);
        secret.awaitContact("followed");
        Eventually.until("the end of the outage in the log", () -> LOGS.logged().size() > 1);

        assertThat(LOGS.logged()).hasSize(2);
        assertThat(LOGS.logged().getFirst()).contains("403");
    }

    @Test
    void takesNothingForAnAnswerThatItDidNotAskFor() {
        api.nextList(
                exchange -> {
                    exchange.getResponseHeaders().set("Location", api.url() + "/elsewhere");
                    exchange.sendResponseHeaders(302, -1);
                });
        api.breakWatches();
        secret.awaitReads(ListWatchResult.BAD_STATUS, 1);
        stillGood();

        rotated();
    }

    // ---- TLS

    @Test
    void followsACaThatRotates() throws Exception {
        var next = new TestAuthority();
        api.stop();
        api.start(next.server("127.0.0.1"));
        secret.awaitContact("tls");
        stillGood();

        pod.ca(next.pem());

        rotated();
    }

    @Test
    void usesACaThatWasReplacedBeforeTheServerWas() throws Exception {
        var next = new TestAuthority();
        pod.ca(authority.pem() + next.pem());
        secret.pass(Duration.ofSeconds(1));
        api.endWatches();
        Eventually.until("another watch", () -> api.lists() == 2 && api.openWatches() == 1);

        api.stop();
        api.start(next.server("127.0.0.1"));

        rotated();
        assertThat(secret.reads(ListWatchResult.TLS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no certificate",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
            })
    void keepsTheLastGoodWithACaThatIsNone(String nonsense) throws Exception {
        pod.ca(nonsense);
        api.breakWatches();
        secret.awaitContact("no_access");
        stillGood();

        pod.ca(authority.pem());

        rotated();
    }

    @Test
    void trustsNobodyWhomTheCaDoesNotKnow() throws Exception {
        api.stop();
        api.start(new TestAuthority().server("127.0.0.1"));
        api.put(Passwords.line("mallory", SECOND));
        secret.awaitContact("tls");
        secret.awaitReads(ListWatchResult.TLS, 3);
        stillGood();

        assertThat(secret.accepts("mallory", SECOND)).isFalse();
    }

    @Test
    void trustsNobodyWhoseCertificateIsForSomebodyElse() throws Exception {
        api.stop();
        int before = api.requests().size();
        api.start(authority.server("127.0.0.2"));
        api.put(Passwords.line("mallory", SECOND));
        secret.awaitContact("tls");
        secret.awaitReads(ListWatchResult.TLS, 3);
        stillGood();
        assertThat(api.requests()).hasSize(before);

        api.stop();
        api.start(authority.server("127.0.0.1"));

        rotated();
    }
}
