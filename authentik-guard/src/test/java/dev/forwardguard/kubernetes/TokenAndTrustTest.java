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

/** 401, 403 and TLS: access to the Secret changes while the guard runs. */
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
        LOGS.clear();
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
    void checkFieldSelector() {
        secret.close();
        api.close();
        assertThat(api.requests()).allMatch(FakeApiServer::selected);
    }

    private void assertFirstPasswordKept() {
        secret.advance(Duration.ofDays(1));
        assertThat(secret.accepts("alice", FIRST)).isTrue();
    }

    private void rotate() {
        api.put(Passwords.line("alice", SECOND));
        secret.awaitAccepted("alice", SECOND);
        secret.awaitContact("followed");
    }

    // ---- the token

    @Test
    void readsRotatedToken() throws Exception {
        pod.token(NEW_TOKEN + "\n");
        api.accept(NEW_TOKEN);
        secret.advance(Duration.ofSeconds(1));

        api.endWatches();

        Eventually.until("another watch", () -> api.lists() == 2 && api.openWatches() == 1);
        assertThat(secret.reads(ListWatchResult.UNAUTHORIZED)).isZero();
        rotate();
    }

    @Test
    void keepsLastGoodUntilStaleTokenIsReplaced() throws Exception {
        api.accept(NEW_TOKEN);
        api.breakWatches();
        secret.awaitContact("unauthorized");
        secret.awaitReads(ListWatchResult.UNAUTHORIZED, 3);
        assertFirstPasswordKept();

        pod.token(NEW_TOKEN);

        rotate();
    }

    @Test
    void retriesAtOnceAfter401() {
        api.nextList(FakeApiServer.status(401));
        var access = ServiceAccount.at("127.0.0.1", String.valueOf(api.port()), pod.directory());
        try (var retrying = new FollowedSecret(access, FollowedSecret.SLOW_RETRIES)) {
            retrying.awaitAccepted("alice", FIRST);
        }
    }

    @Test
    void sendsNothingWithoutToken() throws Exception {
        pod.deleteToken();
        int before = api.requests().size();
        api.breakWatches();
        secret.awaitContact("no_token");
        secret.awaitReads(ListWatchResult.NO_TOKEN, 3);
        assertFirstPasswordKept();
        assertThat(api.requests()).hasSize(before);

        pod.token(OLD_TOKEN);

        rotate();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "two words", "a\nheader: b", "schlüssel"})
    void sendsNothingWithInvalidToken(String token) throws Exception {
        pod.token(token);
        int before = api.requests().size();
        api.breakWatches();
        secret.awaitContact("no_token");
        assertFirstPasswordKept();
        assertThat(api.requests()).hasSize(before);

        pod.token(OLD_TOKEN);

        rotate();
    }

    // ---- RBAC

    @Test
    void keepsLastGoodWhileListIsForbidden() {
        api.permit(false);
        api.breakWatches();
        secret.awaitContact("forbidden");
        secret.awaitReads(ListWatchResult.FORBIDDEN, 3);
        assertFirstPasswordKept();

        api.permit(true);

        rotate();
    }

    @Test
    void keepsLastGoodWhenPermissionIsRevokedDuringWatch() {
        api.permit(false);
        api.failWatches(403);
        secret.awaitContact("forbidden");
        assertFirstPasswordKept();

        api.permit(true);

        rotate();
    }

    @Test
    void keepsListingWhileWatchIsForbidden() {
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
    void logsOutageAndRecoveryOnce() {
        LOGS.clear();
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
    void doesNotFollowRedirects() {
        api.nextList(
                exchange -> {
                    exchange.getResponseHeaders().set("Location", api.url() + "/elsewhere");
                    exchange.sendResponseHeaders(302, -1);
                });
        api.breakWatches();
        secret.awaitReads(ListWatchResult.BAD_STATUS, 1);
        assertFirstPasswordKept();

        rotate();
    }

    // ---- TLS

    @Test
    void followsRotatedCa() throws Exception {
        var next = new TestAuthority();
        api.stop();
        api.start(next.server("127.0.0.1"));
        secret.awaitContact("tls");
        assertFirstPasswordKept();

        pod.ca(next.pem());

        rotate();
    }

    @Test
    void usesCaReplacedBeforeServerCertificate() throws Exception {
        var next = new TestAuthority();
        pod.ca(authority.pem() + next.pem());
        secret.advance(Duration.ofSeconds(1));
        api.endWatches();
        Eventually.until("another watch", () -> api.lists() == 2 && api.openWatches() == 1);

        api.stop();
        api.start(next.server("127.0.0.1"));

        rotate();
        assertThat(secret.reads(ListWatchResult.TLS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no certificate",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
            })
    void keepsLastGoodWithInvalidCa(String nonsense) throws Exception {
        pod.ca(nonsense);
        api.breakWatches();
        secret.awaitContact("no_access");
        assertFirstPasswordKept();

        pod.ca(authority.pem());

        rotate();
    }

    @Test
    void rejectsServerOfUnknownCa() throws Exception {
        api.stop();
        api.start(new TestAuthority().server("127.0.0.1"));
        api.put(Passwords.line("mallory", SECOND));
        secret.awaitContact("tls");
        secret.awaitReads(ListWatchResult.TLS, 3);
        assertFirstPasswordKept();

        assertThat(secret.accepts("mallory", SECOND)).isFalse();
    }

    @Test
    void rejectsCertificateForAnotherName() throws Exception {
        api.stop();
        int before = api.requests().size();
        api.start(authority.server("127.0.0.2"));
        api.put(Passwords.line("mallory", SECOND));
        secret.awaitContact("tls");
        secret.awaitReads(ListWatchResult.TLS, 3);
        assertFirstPasswordKept();
        assertThat(api.requests()).hasSize(before);

        api.stop();
        api.start(authority.server("127.0.0.1"));

        rotate();
    }
}
