package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Valid and invalid content of a Secret. */
class SecretContentTest {
    private static final String PASSWORD = "a good password";

    @RegisterExtension static final CapturedLogs LOGS = new CapturedLogs();

    @TempDir private Path directory;
    private FakeApiServer api;
    private FollowedSecret secret;

    @BeforeEach
    void follow() throws Exception {
        LOGS.clear();
        api = FakeApiServer.plain();
        api.put(Passwords.line("alice", PASSWORD));
        var pod =
                new MountedServiceAccount(
                        directory, "a-token-for-content", new TestAuthority().pem());
        secret = new FollowedSecret(new ServiceAccount(api.url(), pod.directory()));
        secret.awaitAccepted("alice", PASSWORD);
        Eventually.until("a watch", () -> api.openWatches() == 1);
    }

    @AfterEach
    void checkFieldSelector() {
        secret.close();
        api.close();
        assertThat(api.requests()).allMatch(FakeApiServer::selected);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    /** Unusable {@code data} fields, as JSON. */
    static List<String> invalid() {
        return List.of(
                "{}",
                "null",
                "[]",
                "\"htpasswd\"",
                "{\"another\":\"" + base64("alice:x") + "\"}",
                "{\"htpasswd\":7}",
                "{\"htpasswd\":{\"nested\":\"YWxpY2U6eA==\"}}",
                "{\"htpasswd\":\"no base64!\"}",
                "{\"htpasswd\":\"YWxp\\nY2U6\"}",
                FakeApiServer.data("htpasswd", base64("not a line of an htpasswd file\n")),
                FakeApiServer.data("htpasswd", base64("alice:plaintext\nbob:{SHA}short\n")),
                FakeApiServer.data("htpasswd", base64("#\n".repeat(600_000))));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void rejectsInvalidContentOnce(String data) {
        api.putData(data);
        Eventually.until("a rejection", () -> secret.value.rejections() == 1);
        secret.advance(FollowedSecret.FAST.minWatch());
        api.endWatches(); // the next list has the same revision again
        Eventually.until("another watch", () -> api.lists() == 2 && api.openWatches() == 1);
        api.bookmark();

        assertThat(secret.accepts("alice", PASSWORD)).isTrue();
        assertThat(secret.value.rejections()).isEqualTo(1);
        assertThat(secret.value.rejection()).isPresent();

        api.put(Passwords.line("alice", "a better password"));
        secret.awaitAccepted("alice", "a better password");
        assertThat(secret.value.rejection()).isEmpty();
    }

    /** As Traefik and ingress-nginx call it. What had no key first may get one of these. */
    @ParameterizedTest
    @ValueSource(strings = {"users", "auth"})
    void saysThatKeyHasAnotherName(String key) {
        api.putData("{\"another\":\"\"}");
        awaitRejection("the Secret has no key htpasswd");

        api.putData(FakeApiServer.data(key, base64(Passwords.line("alice", PASSWORD))));

        awaitRejection(
                "the Secret has no key htpasswd, but a key "
                        + key
                        + ": rename it, or set GUARD_HTPASSWD_SECRET_KEY");
        awaitLogged("but a key " + key);
        assertThat(secret.accepts("alice", PASSWORD)).isTrue();
    }

    /** What happens to a file on its way into a Secret; the users of before stay. */
    static List<Arguments> accidents() throws Exception {
        String line = Passwords.line("alice", "another password");
        return List.of(
                arguments(base64(line), "base64 of an htpasswd file"),
                arguments("alice:$$apr1$$salt$$CDq9.ZWAjRk.OK0uMIYXc.\n", "doubled"),
                arguments("'" + line.strip() + "'\n", "in quotes"),
                arguments("  " + line, "indented"),
                arguments(line.replace(":", ":\n"), "on the same line"),
                arguments("\uFEFF" + line.replace("", "\0"), "UTF-16"));
    }

    @ParameterizedTest
    @MethodSource("accidents")
    void namesUsualAccident(String htpasswd, String cause) {
        api.put(htpasswd);

        Eventually.until("a rejection", () -> secret.value.rejection().isPresent());
        assertThat(secret.value.rejection()).get().asString().contains(cause);
        awaitLogged(cause);
        assertThat(LOGS.logged()).noneMatch(line -> line.contains("alice"));
        assertThat(secret.accepts("alice", PASSWORD)).isTrue();
    }

    /** The line comes after the rejection. */
    private static void awaitLogged(String text) {
        Eventually.until(text, () -> LOGS.logged().stream().anyMatch(line -> line.contains(text)));
    }

    private void awaitRejection(String cause) {
        Eventually.until(cause, () -> secret.value.rejection().equals(Optional.of(cause)));
    }

    @Test
    void revokesAtOnceForEmptyKey() {
        api.putData(FakeApiServer.data("htpasswd", ""));

        Eventually.until("no users", () -> secret.value.get().orElseThrow().isEmpty());
    }

    @Test
    void revokesAtOnceForNullKey() {
        api.putData("{\"htpasswd\":null}");

        Eventually.until("no users", () -> secret.value.get().orElseThrow().isEmpty());
    }

    @Test
    void keepsUsersBesideBadLine() {
        api.put("bob:plaintext\n" + Passwords.line("carol", PASSWORD));

        secret.awaitAccepted("carol", PASSWORD);

        assertThat(secret.value.get().orElseThrow().rejectedLines()).hasSize(1);
    }

    @Test
    void readsLargestSecret() {
        String comments = "#".repeat(1000) + "\n";
        String htpasswd = Passwords.line("dave", PASSWORD) + comments.repeat(1040);
        assertThat(htpasswd.length()).isBetween(1_000_000, 1 << 20);

        api.putData(FakeApiServer.data("htpasswd", base64(htpasswd)));

        secret.awaitAccepted("dave", PASSWORD);
    }

    @Test
    void rejectsHugeResponsesWithoutBuffering() {
        byte[] megabyte = "x".repeat(1 << 20).getBytes(UTF_8);
        api.nextList(
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    for (int i = 0; i < 64; i++) {
                        exchange.getResponseBody().write(megabyte);
                    }
                });
        api.send("{\"type\":\"MODIFIED\",\"object\":{\"data\":{\"htpasswd\":\"".getBytes(UTF_8));
        for (int i = 0; i < 64; i++) {
            api.send(megabyte);
        }
        secret.awaitReads(ListWatchResult.TOO_LARGE, 2);

        assertThat(secret.accepts("alice", PASSWORD)).isTrue();
        assertThat(secret.value.rejections()).isEqualTo(1);
        api.put(Passwords.line("alice", "a better password"));
        secret.awaitAccepted("alice", "a better password");
    }

    @Test
    void logsEachRevisionOnceWithUserCount() {
        api.put(Passwords.line("alice", PASSWORD) + Passwords.line("bob", PASSWORD));
        secret.awaitAccepted("bob", PASSWORD);

        assertThat(LOGS.logged())
                .filteredOn(line -> line.contains("\"102\""))
                .singleElement()
                .asString()
                .contains("users=2")
                .doesNotContain("alice");
    }
}
