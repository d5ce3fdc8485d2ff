package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.BlackholePort;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.RefusingPort;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.GuardKind;
import dev.forwardguard.testing.guard.RunningGuard;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Complete guards, tested over HTTP, with a Secret as the source of their users. */
class GuardFollowsSecretTest {
    private static final GuardKind GUARD =
            new GuardKind("/outpost.goauthentik.io/auth/traefik", 401, Outcome.CHALLENGE);
    private static final String FIRST = "first of the guard";
    private static final String SECOND = "second of the guard";

    @RegisterExtension static final CapturedLogs LOGS = new CapturedLogs();

    @TempDir private Path directory;
    private FakeApiServer api;
    private MountedServiceAccount pod;

    @BeforeEach
    void start() throws Exception {
        LOGS.clear();
        var authority = new TestAuthority();
        api = FakeApiServer.secure(authority.server("127.0.0.1"));
        api.accept("token-of-the-guard");
        pod = new MountedServiceAccount(directory, "token-of-the-guard", authority.pem());
    }

    @AfterEach
    void checkFieldSelector() {
        api.close();
        assertThat(api.requests()).allMatch(FakeApiServer::selected);
    }

    private RunningGuard guard(int port) {
        return RunningGuard.start(
                GuardFiles.with("mode: fallback\n"),
                Map.of(
                        "guard.htpasswd.source",
                        "secret",
                        "kubeconfig",
                        kubeconfig(port).toString()));
    }

    /**
     * Writes a kubeconfig with the pod's token and CA. A process cannot change its own environment,
     * so the guards cannot be configured like in a pod.
     */
    private Path kubeconfig(int port) {
        try {
            return Files.writeString(
                    directory.resolve("kubeconfig-" + port),
                    """
                    {"current-context": "pod",
                     "contexts": [{"name": "pod", "context":
                         {"cluster": "here", "user": "pod", "namespace": "guards"}}],
                     "clusters": [{"name": "here", "cluster":
                         {"server": "https://127.0.0.1:%d", "certificate-authority": "ca.crt"}}],
                     "users": [{"name": "pod", "user": {"tokenFile": "%s"}}]}
                    """
                            .formatted(port, pod.directory().resolve("token")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RawRequest login(String user, String password) {
        return GUARD.authRequest().with("Authorization", Passwords.basic(user, password));
    }

    private static int status(RunningGuard guard, RawRequest request) throws IOException {
        return guard.http().ask(request).status();
    }

    private static void awaitLogin(RunningGuard guard, String user, String password) {
        Eventually.until(user + " can log in", () -> status(guard, login(user, password)) == 200);
    }

    // ---- startup

    private static void assertServesWithoutUsers(RunningGuard guard, String contact)
            throws IOException {
        assertThat(status(guard, login("alice", FIRST))).isEqualTo(503);
        assertThat(guard.management().ask(RawRequest.get("/health/readiness")).status())
                .isEqualTo(200);
        assertThat(guard.management().ask(RawRequest.get("/health/liveness")).status())
                .isEqualTo(200);
        Eventually.until(
                "/health says " + contact,
                () ->
                        guard.management()
                                .ask(RawRequest.get("/health"))
                                .body()
                                .contains("\"contact\":\"" + contact + "\""));
        assertThat(guard.management().ask(RawRequest.get("/health")).status()).isEqualTo(200);
    }

    @Test
    void startsWhileApiServerRefusesConnections() throws Exception {
        try (RefusingPort port = RefusingPort.open();
                RunningGuard guard = guard(port.port())) {
            assertServesWithoutUsers(guard, "unreachable");
        }
    }

    @Test
    void startsWhileApiServerIsUnroutable() throws Exception {
        try (BlackholePort port = BlackholePort.open();
                RunningGuard guard = guard(port.port())) {
            assertServesWithoutUsers(guard, "starting");
        }
    }

    @Test
    void startsWhileApiServerHangs() throws Exception {
        api.everyList(FakeApiServer.hang());
        try (RunningGuard guard = guard(api.port())) {
            assertServesWithoutUsers(guard, "starting");
            Eventually.until("a request to the API server", () -> !api.requests().isEmpty());
        }
    }

    @Test
    void loadsSecretWhenApiServerComesUp() throws Exception {
        api.put(Passwords.line("alice", FIRST));
        api.stop();
        try (RunningGuard guard = guard(api.port())) {
            assertServesWithoutUsers(guard, "unreachable");

            api.start();

            awaitLogin(guard, "alice", FIRST);
        }
    }

    // ---- status, health and metrics

    @Test
    void reportsStateWithoutUserNames() throws Exception {
        api.put(Passwords.line("alice", FIRST) + "bob:plaintext\n");
        try (RunningGuard guard = guard(api.port())) {
            awaitLogin(guard, "alice", FIRST);
            Eventually.until("a watch", () -> api.openWatches() == 1);

            String status = guard.status();
            String health = guard.management().ask(RawRequest.get("/health")).body();
            String metrics = guard.management().ask(RawRequest.get("/prometheus")).body();

            for (String report : List.of(status, health)) {
                assertThat(report)
                        .contains("secret authentik-guard-htpasswd, key htpasswd")
                        .contains("\"contact\":\"followed\"")
                        .contains("\"users\":1")
                        .contains("\"revision\":\"101\"")
                        .contains("\"confirmed\":")
                        .doesNotContain("alice")
                        .doesNotContain("bob")
                        .doesNotContain("{SHA}");
            }
            assertThat(metrics)
                    .contains("guard_credentials{guard=\"authentik-guard\"} 1.0")
                    .contains("guard_credentials_rejected_lines{guard=\"authentik-guard\"} 1.0")
                    .contains("guard_credentials_rejected_total{guard=\"authentik-guard\"} 0.0")
                    .contains("guard_credentials_refused{guard=\"authentik-guard\"} 0.0")
                    .contains("guard_credentials_reconnects_total{guard=\"authentik-guard\"} 0.0")
                    .containsPattern("guard_credentials_last_read_timestamp_seconds\\{.*\\} 1\\.");
            for (ListWatchResult result : ListWatchResult.values()) {
                assertThat(metrics)
                        .contains(
                                "guard_credentials_reads_total{guard=\"authentik-guard\",result=\""
                                        + result.label()
                                        + "\"} "
                                        + (result == ListWatchResult.OK ? "1.0" : "0.0"));
            }
        }
    }

    @Test
    void usesDeletionGraceOfCurrentSettings() throws Exception {
        api.put(Passwords.line("alice", FIRST));
        try (RunningGuard guard = guard(api.port())) {
            awaitLogin(guard, "alice", FIRST);
            api.delete();
            Eventually.until("absent", () -> guard.status().contains("\"contact\":\"absent\""));
            assertThat(status(guard, login("alice", FIRST))).isEqualTo(200);

            guard.files().settings("mode: fallback\nemergency:\n  deletion-grace: 1s\n");

            Eventually.until("no users", () -> status(guard, login("alice", FIRST)) == 503);
            assertThat(guard.management().ask(RawRequest.get("/health/readiness")).status())
                    .isEqualTo(200);
        }
    }

    // ---- rotation under load

    /**
     * Sends requests to one guard in a loop, on one connection, as two users: the entry of one
     * stays, the password of the other is changed. The first can always log in. Of the two
     * passwords of the other, exactly one is valid at any moment, and the old one is never valid
     * after the new one. Every response is 200 or 401.
     */
    private static final class Load implements Callable<Integer> {
        private final RunningGuard guard;
        private final AtomicBoolean stop;

        Load(RunningGuard guard, AtomicBoolean stop) {
            this.guard = guard;
            this.stop = stop;
        }

        @Override
        public Integer call() throws IOException {
            int sent = 0;
            boolean rotated = false;
            try (RawConnection connection = guard.http().connect()) {
                while (!stop.get() || sent < 600) {
                    assertThat(connection.ask(login("carol", FIRST)).status()).isEqualTo(200);
                    int before = connection.ask(login("alice", FIRST)).status();
                    int after = connection.ask(login("alice", SECOND)).status();
                    assertThat(before).isIn(200, 401);
                    assertThat(after).isIn(200, 401);
                    if (before == 200) {
                        assertThat(rotated).as("the old password is valid again").isFalse();
                    } else {
                        assertThat(after).as("neither password is valid").isEqualTo(200);
                    }
                    rotated = rotated || after == 200;
                    sent += 3;
                }
            }
            assertThat(rotated).isTrue();
            return sent;
        }
    }

    @Test
    void rotatesPasswordUnderLoadWithoutWrongResponse() throws Exception {
        String carol = Passwords.line("carol", FIRST);
        api.put(carol + Passwords.line("alice", FIRST));
        var stop = new AtomicBoolean();
        try (RunningGuard one = guard(api.port());
                RunningGuard two = guard(api.port());
                ExecutorService visitors = Executors.newVirtualThreadPerTaskExecutor()) {
            awaitLogin(one, "alice", FIRST);
            awaitLogin(two, "alice", FIRST);
            Eventually.until("two watches", () -> api.openWatches() == 2);
            List<Future<Integer>> load = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                load.add(visitors.submit(new Load(i % 2 == 0 ? one : two, stop)));
            }
            for (int i = 0; i < 20; i++) { // other users, for more events
                api.put(carol + Passwords.line("alice", FIRST) + Passwords.line("dave" + i, FIRST));
            }
            awaitLogin(one, "dave19", FIRST);

            long began = System.nanoTime();
            api.put(carol + Passwords.line("alice", SECOND));
            awaitLogin(one, "alice", SECOND);
            awaitLogin(two, "alice", SECOND);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(1));
            assertThat(status(one, login("alice", FIRST))).isEqualTo(401);
            assertThat(status(two, login("alice", FIRST))).isEqualTo(401);

            stop.set(true);
            for (Future<Integer> visitor : load) {
                assertThat(visitor.get(10, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(600);
            }
        }
    }
}
