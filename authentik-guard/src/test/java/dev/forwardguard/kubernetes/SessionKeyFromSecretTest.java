package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Base64;

/** The key of emergency sessions is followed with the users, and judged apart from them. */
class SessionKeyFromSecretTest {
    private static final String KEY = "k".repeat(43);

    private static final String FIRST = "first password";
    private static final String SECOND = "second password";

    @TempDir private Path directory;
    private FakeApiServer api;
    private ClusterAccess access;

    @BeforeEach
    void start() throws Exception {
        var authority = new TestAuthority();
        api = FakeApiServer.secure(authority.server("127.0.0.1"));
        api.accept("token-of-the-pod");
        var pod = new MountedServiceAccount(directory, "token-of-the-pod", authority.pem());
        access = ServiceAccount.at("127.0.0.1", String.valueOf(api.port()), pod.directory());
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    /** A Secret with this line of alice, and whatever else it has. */
    private void put(String password, String more) {
        api.putData(
                "{\"htpasswd\":\"%s\"%s}"
                        .formatted(encoded(Passwords.line("alice", password)), more));
    }

    private static String key(String base64) {
        return ",\"session-key\":\"%s\"".formatted(base64);
    }

    private FollowedSecret followed() {
        var secret = new FollowedSecret(access);
        secret.awaitAccepted("alice", FIRST);
        return secret;
    }

    private static void awaitKey(FollowedSecret secret, boolean present) {
        Eventually.until("a key: " + present, () -> secret.sessionKey.get().isPresent() == present);
    }

    @Test
    void comesIntoForceWithTheUsers() {
        put(FIRST, key(encoded(KEY)));
        try (FollowedSecret secret = followed()) {
            awaitKey(secret, true);
            String before = secret.sessionKey.snapshot().orElseThrow().revision();
            put(FIRST, key(encoded("K".repeat(43))));
            Eventually.until(
                    "another key",
                    () -> !secret.sessionKey.snapshot().orElseThrow().revision().equals(before));
        }
    }

    /** A mistake in it can be meant to end it; the users of the same revision are in force. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"session-key\":\"\"",
                ",\"session-key\":\"c2hvcnQ=\"",
                ",\"session-key\":\"%%%\"",
                ",\"session-key\":null"
            })
    void isWithdrawnAndKeepsNoUserOut(String more) {
        put(FIRST, key(encoded(KEY)));
        try (FollowedSecret secret = followed()) {
            awaitKey(secret, true);

            put(SECOND, more);

            secret.awaitAccepted("alice", SECOND);
            awaitKey(secret, false);
            Eventually.until(
                    "the reason",
                    () -> secret.sessionKey.rejection().isPresent() == !more.isEmpty());
            assertThat(secret.value.rejection()).isEmpty();
            put(SECOND, key(encoded(KEY)));
            awaitKey(secret, true);
            Eventually.until("no rejection", () -> secret.sessionKey.rejection().isEmpty());
        }
    }

    /** What is wrong with the users does not concern it. */
    @Test
    void staysWhenUsersAreRejected() {
        put(FIRST, key(encoded(KEY)));
        try (FollowedSecret secret = followed()) {
            awaitKey(secret, true);
            api.putData(
                    "{\"htpasswd\":\"%s\"%s}".formatted(encoded("nonsense"), key(encoded(KEY))));

            Eventually.until("a rejection", () -> secret.value.rejection().isPresent());
            assertThat(secret.sessionKey.get()).isPresent();
            assertThat(secret.accepts("alice", FIRST)).isTrue();
        }
    }

    @Test
    void goesWithTheSecretAfterTheGrace() {
        put(FIRST, key(encoded(KEY)));
        try (FollowedSecret secret = followed()) {
            awaitKey(secret, true);
            api.delete();
            secret.awaitContact("absent");
            assertThat(secret.sessionKey.get()).isPresent();

            secret.advance(FollowedSecret.GRACE);

            awaitKey(secret, false);
        }
    }
}
