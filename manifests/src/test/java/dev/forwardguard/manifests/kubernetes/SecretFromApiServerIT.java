package dev.forwardguard.manifests.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** The Secret changes, in all ways in which an API server lets it change. */
class SecretFromApiServerIT {
    /** Long enough to make a deleted Secret anew on a busy machine. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    @TempDir private static Path directory;
    private static FollowedCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = FollowedCluster.start(directory, Program.built("etcd"), GRACE);
    }

    @BeforeEach
    void awaitFollowed() {
        cluster.guard().awaitContact("followed");
    }

    @AfterEach
    void assertNoWrongAnswer() {
        cluster.logins().assertNoWrongAnswer();
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** Prints how long it takes until the new password works and the old one does not. */
    @Test
    void followsHundredRotations() {
        long[] nanos = new long[100];
        double reads = cluster.guard().reads("ok");
        try (var client = cluster.server().client()) {
            for (int i = 0; i < nanos.length; i++) {
                String password = cluster.newPassword();
                FollowedSecret.rotate(client, password);
                long changed = System.nanoTime();
                cluster.guard().awaitRotation(cluster.inForce(), FollowedSecret.login(password));
                nanos[i] = System.nanoTime() - changed;
                cluster.awaitInForce(password);
                // rotations arrive as events of a watch, not with the next list
                assertThat(cluster.guard().reads("ok")).isLessThan(reads + 20);
            }
        }

        Arrays.sort(nanos);
        System.out.printf(
                "Rotation on a real API server, in force after: median %.1f ms, worst %.1f ms%n",
                nanos[nanos.length / 2] / 1e6, nanos[nanos.length - 1] / 1e6);
    }

    @Test
    void takesLastOfThousandVersions() {
        String last = "";
        try (var client = cluster.server().client()) {
            for (int i = 0; i < 1000; i++) {
                last = cluster.newPassword();
                FollowedSecret.rotate(client, last);
            }
        }

        cluster.awaitInForce(last);
    }

    @Test
    void keepsUsersWhileSecretIsMadeAnew() {
        cluster.secret().delete();
        cluster.guard().awaitContact("absent");
        assertThat(cluster.guard().status(cluster.inForce())).isEqualTo(200);

        String password = cluster.newPassword();
        cluster.secret().create(password);

        cluster.awaitInForce(password);
        assertThat(cluster.guard().contact()).isEqualTo("followed");
    }

    @Test
    void revokesEverybodyAfterGrace() {
        cluster.logins()
                .pausedDuring(
                        () -> {
                            cluster.secret().delete();
                            cluster.guard()
                                    .await(
                                            "503",
                                            () -> cluster.guard().status(cluster.inForce()) == 503);
                            assertThat(cluster.guard().contact()).isEqualTo("absent");

                            String password = cluster.newPassword();
                            cluster.secret().create(password);
                            cluster.awaitInForce(password);
                        });
    }

    /** Otherwise each would take away the cookie of the other. */
    @Test
    void sessionIsGoodAtAllReplicasUntilItsKeyChanges() throws IOException {
        try (FollowingGuard other = cluster.startReplica()) {
            List<FollowingGuard> both = List.of(cluster.guard(), other);
            assertThat(cluster.guard().signIn(cluster.inForce())).isEmpty();
            cluster.secret().sessionKey("k".repeat(43));
            both.forEach(each -> each.await("sessions", () -> each.sessions().startsWith("on")));

            String cookie = cluster.guard().signIn(cluster.inForce()).orElseThrow();
            assertThat(both).allMatch(each -> each.statusWith(cookie) == 200);
            String fromOther = other.signIn(cluster.inForce()).orElseThrow();
            assertThat(both).allMatch(each -> each.statusWith(fromOther) == 200);

            cluster.secret().sessionKey("K".repeat(43));
            both.forEach(each -> each.await("another key", () -> each.statusWith(cookie) == 401));
            assertThat(other.signIn(cluster.inForce())).isPresent();
        } finally {
            cluster.secret().removeSessionKey();
        }
        cluster.guard().await("no key", () -> cluster.guard().sessions().startsWith("off"));
        assertThat(cluster.guard().signIn(cluster.inForce())).isEmpty();
    }

    @Test
    void followsImmutableSecretThatIsMadeAnew() {
        String immutable = cluster.newPassword();
        cluster.secret().delete();
        cluster.secret().createImmutable(immutable);
        cluster.awaitInForce(immutable);

        String password = cluster.newPassword();
        cluster.secret().delete();
        cluster.secret().create(password);

        cluster.awaitInForce(password);
    }

    @Test
    void followsReplacementInOneCommand() {
        String password = cluster.newPassword();

        cluster.server().kubectl("replace", "--force", "-f", cluster.manifest(password));

        cluster.awaitInForce(password);
    }

    /** The old users go on, and {@code /status} says what to do. */
    @Test
    void saysWhatIsWrongWithSecretAsKubectlMakesIt(@TempDir Path files) throws IOException {
        String htpasswd = FollowedSecret.htpasswd(cluster.newPassword());
        Path users = Files.writeString(files.resolve("users"), htpasswd);
        String secret =
                cluster.server()
                        .kubectl(
                                "create",
                                "secret",
                                "generic",
                                "authentik-guard-htpasswd",
                                "--namespace=authentik-guard",
                                "--from-file=" + users,
                                "--dry-run=client",
                                "--output=json");
        Path made = Files.writeString(files.resolve("secret.json"), secret);
        String encoded = Base64.getEncoder().encodeToString(htpasswd.getBytes(UTF_8));

        cluster.server().kubectl("replace", "-f", made.toString());
        awaitRefused("the Secret has no key htpasswd, but a key users");

        cluster.server()
                .kubectl(
                        "patch",
                        "secret",
                        "authentik-guard-htpasswd",
                        "--namespace=authentik-guard",
                        "--patch={\"stringData\": {\"htpasswd\": \"%s\"}}".formatted(encoded));
        awaitRefused("base64 of an htpasswd file");

        cluster.rotate();
        assertThat(cluster.guard().refused()).isEmpty();
    }

    private static void awaitRefused(String cause) {
        cluster.guard().await(cause, () -> cluster.guard().refused().contains(cause));
        assertThat(cluster.guard().status(cluster.inForce())).isEqualTo(200);
    }

    @Test
    void logsNothingWhenOnlyAnnotationsChange() {
        cluster.rotate();
        String since = cluster.guard().since();
        long lines = cluster.guard().linesInForce();

        String confirmed = cluster.guard().confirmed();
        cluster.secret().annotate("once");
        cluster.secret().annotate("twice");
        cluster.guard().await("the event", () -> !cluster.guard().confirmed().equals(confirmed));

        assertThat(cluster.guard().since()).isEqualTo(since);
        cluster.rotate();
        assertThat(cluster.guard().linesInForce()).isEqualTo(lines + 1);
    }

    @Test
    void logsOneRotationWhenServerSideApplyTakesOver() {
        String password = cluster.newPassword();
        cluster.server().kubectl("apply", "-f", cluster.manifest(cluster.inForce().password()));
        long lines = cluster.guard().linesInForce();

        cluster.server()
                .kubectl(
                        "apply",
                        "--server-side",
                        "--force-conflicts",
                        "-f",
                        cluster.manifest(password));

        cluster.awaitInForce(password);
        cluster.rotate();
        assertThat(cluster.guard().linesInForce()).isEqualTo(lines + 2);
    }
}
