package dev.forwardguard.edge.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.edge.etcd.Accounts.Access;
import dev.forwardguard.edge.etcd.Accounts.Permission;
import dev.forwardguard.edge.etcd.Comparison.NothingNewer;
import dev.forwardguard.edge.etcd.EtcdException.Failure;
import dev.forwardguard.edge.etcd.FakeEtcd.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The client against a gateway that fails as it is told to. */
final class EtcdTest {
    private static final String RANGE = "/v3/kv/range";
    private static final String TXN = "/v3/kv/txn";
    private static final Duration PER_TRY = Duration.ofSeconds(5);
    private static final Credentials ROUTES = new Credentials("routes", "secret");

    private final FakeEtcd fake = new FakeEtcd();

    @AfterEach
    void close() {
        fake.close();
    }

    private Etcd etcd(URI... endpoints) {
        return new Etcd(
                new EtcdAccess(
                        List.of(endpoints),
                        ROUTES,
                        TlsFiles.NONE,
                        PER_TRY,
                        Duration.ofSeconds(30)));
    }

    private static Transaction put(String key, String value, long revision) {
        SortedMap<String, String> puts = new TreeMap<>();
        puts.put(key, value);
        return new Transaction(
                List.of(new NothingNewer("traefik/", "traefik0", revision)), puts, new TreeSet<>());
    }

    @Test
    void readsARangeInPagesAtOneRevision() {
        for (int i = 0; i < 1_201; i++) {
            fake.keys().put("traefik/%04d".formatted(i), "value " + i);
        }
        fake.keys().put("traefik-eu/x", "another tree");

        try (Etcd etcd = etcd(fake.url())) {
            Range range = etcd.range("traefik/", "traefik0");

            assertThat(range.keys()).hasSize(1_201);
            assertThat(range.keys().get("traefik/1200")).isEqualTo(new Stored("value 1200", 1_202));
            assertThat(range.revision()).isEqualTo(1_203);
            assertThat(fake.requests()).filteredOn(each -> each.startsWith(RANGE)).hasSize(3);
        }
    }

    @Test
    void beginsAnewWhenTheRevisionIsCompactedBetweenTwoPages() {
        for (int i = 0; i < 600; i++) {
            fake.keys().put("traefik/%04d".formatted(i), "");
        }
        fake.plan(RANGE, new Fault.Before(() -> {}));
        fake.plan(
                RANGE,
                new Fault.Answers(
                        400,
                        "{\"code\": 11, \"message\": \"etcdserver: mvcc: required revision has been compacted\"}"));

        try (Etcd etcd = etcd(fake.url())) {
            assertThat(etcd.range("traefik/", "traefik0").keys()).hasSize(600);
        }
    }

    @Test
    void readsAllPagesAtTheRevisionOfTheFirst() {
        for (int i = 0; i < 600; i++) {
            fake.keys().put("traefik/%04d".formatted(i), "old");
        }
        fake.plan(RANGE, new Fault.Before(() -> {}));
        fake.plan(RANGE, new Fault.Before(() -> fake.keys().put("traefik/0599", "new")));

        try (Etcd etcd = etcd(fake.url())) {
            assertThat(etcd.range("traefik/", "traefik0").keys().get("traefik/0599"))
                    .isEqualTo(new Stored("old", 601));
        }
    }

    @Test
    void refusesAKeyThatIsNotUtf8() {
        fake.plan(
                RANGE,
                new Fault.Answers(
                        200,
                        "{\"header\": {\"revision\": \"2\"}, \"kvs\": [{\"key\": \"YS//\"}]}"));

        try (Etcd etcd = etcd(fake.url())) {
            assertThatThrownBy(() -> etcd.range("a/", "a0"))
                    .isInstanceOfSatisfying(
                            EtcdException.class,
                            e -> assertThat(e.failure()).isEqualTo(Failure.UNREADABLE))
                    .hasMessageContaining("etcdctl del $'\\x61\\x2f\\xff'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"key\": \"YQ==\"}", ""})
    void stopsIfPagingDoesNotMoveOn(String key) {
        String page =
                "{\"header\": {\"revision\": \"2\"}, \"more\": true, \"kvs\": [%s]}".formatted(key);
        fake.plan(RANGE, new Fault.Answers(200, page));
        fake.plan(RANGE, new Fault.Answers(200, page));

        try (Etcd etcd = etcd(fake.url())) {
            assertFailure(() -> etcd.range("a", "b"), Failure.REFUSED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"header\": {\"revision\": \"x\"}}",
                "{\"header\": {\"revision\": {}}}",
                "{\"header\": {\"revision\": \"2\"}, \"kvs\": [{\"key\": \"?secret\"}]}",
                "{\"header\": {\"revision\": \"2\"}, \"kvs\": [{\"key\": \"YQ==\", \"value\": \"secret!\"}]}"
            })
    void refusesAnAnswerOfAnotherForm(String answer) {
        fake.plan(RANGE, new Fault.Answers(200, answer));
        fake.plan(TXN, new Fault.Answers(200, "{\"succeeded\": true}"));

        try (Etcd etcd = etcd(fake.url())) {
            assertThatThrownBy(() -> etcd.range("a", "b"))
                    .isInstanceOfSatisfying(
                            EtcdException.class,
                            e -> assertThat(e.failure()).isEqualTo(Failure.REFUSED))
                    .hasMessageNotContaining("secret");
            assertThatThrownBy(() -> etcd.commit(put("traefik/a", "b", 1)))
                    .isInstanceOfSatisfying(
                            EtcdException.class, e -> assertThat(e.mayBeDone()).isTrue());
        }
    }

    @Test
    void neverQuotesASuccess() {
        var access =
                new EtcdAccess(
                        List.of(fake.url()), null, TlsFiles.NONE, PER_TRY, Duration.ofMillis(1));
        fake.plan(RANGE, new Fault.Answers(200, "{\"kvs\": [{\"value\": \"c2VjcmV0"));

        try (Etcd etcd = new Etcd(access)) {
            assertThatThrownBy(() -> etcd.get("a"))
                    .isInstanceOf(EtcdException.class)
                    .hasMessageNotContaining("c2VjcmV0");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "etcdserver: permission denied",
                "etcdserver: mvcc: database space exceeded"
            })
    void aRefusalAfterALostAnswerIsNotSure(String message) {
        fake.plan(TXN, new Fault.LosesAnswer());
        fake.plan(TXN, new Fault.Answers(400, "{\"message\": \"" + message + "\"}"));
        fake.plan(TXN, new Fault.Answers(400, "{\"message\": \"" + message + "\"}"));

        try (Etcd etcd = etcd(fake.url())) {
            for (boolean lost : new boolean[] {true, false}) {
                assertThatThrownBy(() -> etcd.commit(put("traefik/a", "b", 1)))
                        .isInstanceOfSatisfying(
                                EtcdException.class,
                                e -> assertThat(e.mayBeDone()).isEqualTo(lost));
            }
        }
    }

    @Test
    void isNotSureIfANewLoginFailsAfterALostAnswer() {
        fake.plan("/v3/auth/authenticate", new Fault.Before(() -> {}));
        fake.plan(TXN, new Fault.LosesAnswer());
        fake.plan(TXN, new Fault.Answers(401, "{\"message\": \"etcdserver: invalid auth token\"}"));
        fake.plan(
                "/v3/auth/authenticate",
                new Fault.Answers(
                        400,
                        "{\"message\": \"etcdserver: authentication failed, invalid user ID or password\"}"));

        try (Etcd etcd = etcd(fake.url())) {
            assertThatThrownBy(() -> etcd.commit(put("traefik/a", "b", 1)))
                    .isInstanceOfSatisfying(
                            EtcdException.class, e -> assertThat(e.mayBeDone()).isTrue());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a, INFINITY, a, INFINITY, true",
        "a, INFINITY, b, c, true",
        "b, INFINITY, a, c, false",
        "a, c, a, INFINITY, false",
        "a, c, a, b, true",
        "a, b, a, c, false",
        "a, c, b, '', true",
        "a, b, b, '', false",
        "a, '', a, '', true",
        "a, '', b, '', false",
        "a, '', a, b, false"
    })
    void knowsWhatAPermissionCovers(
            String key, String end, String otherKey, String otherEnd, boolean includes) {
        var one = new Permission(Access.READ, key, end.replace("INFINITY", "\0"));
        var other = new Permission(Access.READ, otherKey, otherEnd.replace("INFINITY", "\0"));

        assertThat(one.includes(other)).isEqualTo(includes);
    }

    @Test
    void sendsTheTokenBareAndLogsInOnce() {
        try (Etcd etcd = etcd(fake.url())) {
            etcd.get("a");
            etcd.get("b");
        }

        assertThat(fake.requests())
                .containsExactly("/v3/auth/authenticate", RANGE + " token-1", RANGE + " token-1");
    }

    @ParameterizedTest
    @CsvSource({
        "401, invalid auth token",
        "400, etcdserver: user name is empty",
        "400, etcdserver: revision of auth store is old"
    })
    void logsInAgainOnce(int status, String message) {
        fake.plan(
                RANGE,
                new Fault.Answers(status, "{\"code\": 16, \"message\": \"" + message + "\"}"));

        try (Etcd etcd = etcd(fake.url())) {
            assertThat(etcd.get("a")).isNull();
        }

        assertThat(fake.requests())
                .containsExactly(
                        "/v3/auth/authenticate",
                        RANGE + " token-1",
                        "/v3/auth/authenticate",
                        RANGE + " token-3");
    }

    @Test
    void doesNotLogInForEver() {
        String refusal = "{\"code\": 16, \"message\": \"etcdserver: invalid auth token\"}";
        fake.plan(RANGE, new Fault.Answers(401, refusal));
        fake.plan(RANGE, new Fault.Answers(401, refusal));

        try (Etcd etcd = etcd(fake.url())) {
            assertFailure(() -> etcd.get("a"), Failure.TOKEN_REFUSED);
        }
    }

    @Test
    void worksWithoutATokenWhileAuthenticationIsOff() {
        fake.plan(
                "/v3/auth/authenticate",
                new Fault.Answers(
                        400,
                        "{\"code\": 9, \"message\": \"etcdserver: authentication is not enabled\"}"));

        try (Etcd etcd = etcd(fake.url())) {
            etcd.get("a");
            etcd.get("b");

            assertThat(etcd.isAuthenticationOff()).isTrue();
            assertThat(fake.requests()).containsExactly("/v3/auth/authenticate", RANGE, RANGE);
        }
    }

    @ParameterizedTest
    @CsvSource({"400, etcdserver: user name is empty", "403, etcdserver: permission denied"})
    void logsInOnceAuthenticationIsOn(int status, String message) {
        fake.plan(
                "/v3/auth/authenticate",
                new Fault.Answers(
                        400,
                        "{\"code\": 9, \"message\": \"etcdserver: authentication is not enabled\"}"));

        try (Etcd etcd = etcd(fake.url())) {
            etcd.get("a");
            fake.plan(
                    RANGE,
                    new Fault.Answers(status, "{\"code\": 3, \"message\": \"" + message + "\"}"));
            etcd.get("b");

            assertThat(etcd.isAuthenticationOff()).isFalse();
            assertThat(fake.requests())
                    .endsWith(RANGE, "/v3/auth/authenticate", RANGE + " token-4");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "403, 7, etcdserver: permission denied, PERMISSION_DENIED",
        "429, 8, etcdserver: mvcc: database space exceeded, FULL",
        "400, 3, etcdserver: too many operations in txn request, TOO_MANY_OPERATIONS",
        "400, 3, etcdserver: request is too large, TOO_LARGE",
        "429, 8, 'grpc: received message larger than max (3 vs. 2)', TOO_LARGE",
        "400, 3, CommonName of client sending a request against gateway will be ignored and not used as expected, NAMED_CERTIFICATE",
        "400, 3, etcdserver: duplicate key given in txn request, REFUSED"
    })
    void tellsRefusalsApartInBothForms(int status, int code, String message, Failure failure) {
        fake.plan(
                TXN,
                new Fault.Answers(
                        status, "{\"code\": %d, \"message\": \"%s\"}".formatted(code, message)));
        fake.plan(
                TXN,
                new Fault.Answers(
                        status,
                        "{\"error\": \"%s\", \"message\": \"%2$s\", \"code\": %1$d}"
                                .formatted(code, message)));

        try (Etcd etcd = etcd(fake.url())) {
            assertFailure(() -> etcd.commit(put("traefik/a", "b", 1)), failure);
            assertFailure(() -> etcd.commit(put("traefik/a", "b", 1)), failure);
        }
    }

    @Test
    void readsRefusalsInPlainText() {
        fake.plan(
                RANGE,
                new Fault.Answers(
                        400,
                        "CommonName of client sending a request against gateway will be ignored\n"));

        try (Etcd etcd = etcd(fake.url())) {
            assertFailure(() -> etcd.get("a"), Failure.NAMED_CERTIFICATE);
        }
    }

    @Test
    void refusesAWrongPassword() {
        fake.plan(
                "/v3/auth/authenticate",
                new Fault.Answers(
                        400,
                        "{\"code\": 3, \"message\": \"etcdserver: authentication failed, invalid user ID or password\"}"));

        try (Etcd etcd = etcd(fake.url())) {
            assertFailure(() -> etcd.get("a"), Failure.WRONG_PASSWORD);
        }
    }

    @Test
    void goesToTheNextMemberWhenOneHangs() {
        fake.plan("/v3/auth/authenticate", new Fault.Hangs());
        try (FakeEtcd other = new FakeEtcd(fake.keys());
                Etcd etcd = etcd(fake.url(), other.url())) {
            assertThat(etcd.get("a")).isNull();
            assertThat(etcd.get("b")).isNull();

            assertThat(fake.requests()).hasSize(1);
            assertThat(other.requests()).hasSize(3);
        }
    }

    @Test
    void goesToTheNextMemberWhenOneHasNoLeader() {
        fake.plan(
                RANGE,
                new Fault.Answers(
                        503, "{\"code\": 14, \"message\": \"etcdserver: request timed out\"}"));
        try (FakeEtcd other = new FakeEtcd(fake.keys());
                Etcd etcd = etcd(fake.url(), other.url())) {
            assertThat(etcd.get("a")).isNull();

            assertThat(other.requests()).hasSize(1);
        }
    }

    @Test
    void givesUpWhenNobodyAnswersInTime() {
        URI nobody = URI.create("http://127.0.0.1:1");
        var access =
                new EtcdAccess(
                        List.of(nobody), null, TlsFiles.NONE, PER_TRY, Duration.ofMillis(500));

        try (Etcd etcd = new Etcd(access)) {
            assertFailure(() -> etcd.get("a"), Failure.UNREACHABLE);
        }
    }

    @Test
    void saysThatATransactionMayHaveArrivedTwice() {
        fake.plan(TXN, new Fault.LosesAnswer());

        try (Etcd etcd = etcd(fake.url())) {
            Transaction.Outcome outcome = etcd.commit(put("traefik/a", "b", 1));

            assertThat(outcome).isEqualTo(new Transaction.Outcome(false, 2, true));
            assertThat(fake.keys().values()).containsEntry("traefik/a", "b");
        }
    }

    @Test
    void comparesAndWrites() {
        try (Etcd etcd = etcd(fake.url())) {
            assertThat(etcd.commit(put("traefik/a", "b", 1)).succeeded()).isTrue();
            assertThat(etcd.commit(put("traefik/a", "c", 1)))
                    .isEqualTo(new Transaction.Outcome(false, 2, false));
        }
    }

    @Test
    void printsNoSecret() {
        assertThat(ROUTES.toString()).doesNotContain("secret");
        assertThat(new Stored("secret", 1).toString()).doesNotContain("secret");
        assertThat(put("traefik/a", "secret", 1).toString()).doesNotContain("secret");
        assertThat(new EtcdAccess(List.of(fake.url()), ROUTES, TlsFiles.NONE).toString())
                .doesNotContain("secret");
    }

    private static void assertFailure(Runnable call, Failure failure) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        EtcdException.class, e -> assertThat(e.failure()).isEqualTo(failure));
    }
}
