package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.RefusingPort;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.GuardKind;
import dev.forwardguard.testing.guard.RunningGuard;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Until the guard has read the users for the first time it cannot tell an emergency password from
 * an application's. It neither forwards nor returns any.
 */
class PasswordsBeforeFirstReadingTest {
    private static final GuardKind GUARD =
            new GuardKind("/outpost.goauthentik.io/auth/traefik", 401, Outcome.CHALLENGE);
    private static final String PASSWORD = "a password of the guard";
    private static final String OF_ALICE = Passwords.basic("alice", PASSWORD);
    private static final String OF_APPLICATION = Passwords.basic("application", "of its own");
    private static final String TOKEN = "Bearer eyJhbGciOiJub25lIn0.e30.";

    @RegisterExtension static final CapturedLogs LOGS = new CapturedLogs();

    @TempDir private Path directory;
    private FakeApiServer api;
    private StubUpstream upstream;

    @BeforeEach
    void start() throws IOException {
        LOGS.clear();
        api = FakeApiServer.plain();
        upstream = StubUpstream.start();
        upstream.behaves(Behaviour.answers(200));
    }

    @AfterEach
    void stop() {
        upstream.close();
        api.close();
    }

    private RunningGuard guard(int port) throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "a-token-of-the-pod");
        Path kubeconfig =
                Files.writeString(
                        directory.resolve("kubeconfig"),
                        """
                        {"current-context": "pod",
                         "contexts": [{"name": "pod", "context":
                             {"cluster": "here", "user": "pod", "namespace": "guards"}}],
                         "clusters": [{"name": "here", "cluster": {"server": "http://127.0.0.1:%d"}}],
                         "users": [{"name": "pod", "user": {"tokenFile": "%s"}}]}
                        """
                                .formatted(port, token));
        return RunningGuard.start(
                GuardFiles.with("upstream: {url: '%s'}\n".formatted(upstream.uri())),
                Map.of("guard.htpasswd.source", "secret", "kubeconfig", kubeconfig.toString()));
    }

    private static RawRequest login(String authorization) {
        return GUARD.authRequest().with("Authorization", authorization);
    }

    private boolean forwards(RunningGuard guard, String authorization) throws IOException {
        upstream.forget();
        RawAnswer answer = guard.http().ask(login(authorization));
        boolean forwarded = upstream.awaitRequest().header("Authorization").isPresent();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Authorization").isPresent())
                .as("what is forwarded is returned, and nothing else")
                .isEqualTo(forwarded);
        return forwarded;
    }

    private boolean passesThrough(RunningGuard guard, String authorization) throws IOException {
        upstream.forget();
        guard.http()
                .ask(
                        RawRequest.get("/outpost.goauthentik.io/start")
                                .with("Authorization", authorization));
        return upstream.awaitRequest().header("Authorization").isPresent();
    }

    private static String status(RunningGuard guard) throws IOException {
        return guard.status();
    }

    private void assertWithheld(RunningGuard guard) throws IOException {
        for (String password :
                new String[] {OF_ALICE, OF_APPLICATION, "basic", TOKEN + ", Basic x"}) {
            assertThat(forwards(guard, password)).as(password).isFalse();
            assertThat(passesThrough(guard, password)).as(password).isFalse();
        }
        assertThat(forwards(guard, TOKEN)).isTrue();
        assertThat(passesThrough(guard, TOKEN)).isTrue();
        assertThat(status(guard))
                .contains("\"basicAuthorization\":\"withheld until the users were read\"");
    }

    private void awaitReading(RunningGuard guard) throws IOException {
        Eventually.until("the first reading", () -> forwards(guard, OF_APPLICATION));
        assertThat(status(guard))
                .contains("\"basicAuthorization\":\"withheld if it names an emergency user\"");
    }

    // ---- no reading

    static Stream<Arguments> noReadings() {
        return Stream.of(
                Arguments.of("hangs", FakeApiServer.hang()),
                Arguments.of("closes", FakeApiServer.closeWithoutResponse()),
                Arguments.of("401", FakeApiServer.status(401)),
                Arguments.of("403", FakeApiServer.status(403)),
                Arguments.of("404", FakeApiServer.status(404)),
                Arguments.of("429", FakeApiServer.throttle(1)),
                Arguments.of("503", FakeApiServer.status(503)),
                Arguments.of("garbage", FakeApiServer.answer("<html>".getBytes(UTF_8))),
                Arguments.of(
                        "another kind", FakeApiServer.answer("{\"items\":[]}".getBytes(UTF_8))),
                Arguments.of(
                        "half", FakeApiServer.truncated("{\"kind\":\"Secret".getBytes(UTF_8))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("noReadings")
    void withholdsWhileListFails(String what, FakeApiServer.Fault fault) throws IOException {
        api.put(Passwords.line("alice", PASSWORD));
        api.everyList(fault);
        try (RunningGuard guard = guard(api.port())) {
            Eventually.until("a list", () -> api.lists() > 0);
            assertWithheld(guard);

            api.everyList(null);
            if (!what.equals("hangs")) {
                awaitReading(guard);
                assertThat(forwards(guard, OF_ALICE)).isFalse();
            }
        }
    }

    @Test
    void withholdsWhileApiServerIsUnreachable() throws IOException {
        try (RefusingPort port = RefusingPort.open();
                RunningGuard guard = guard(port.port())) {
            assertWithheld(guard);
        }
    }

    @Test
    void withholdsWhileContentIsRejected() throws IOException {
        api.put("this is no htpasswd file\n");
        try (RunningGuard guard = guard(api.port())) {
            Eventually.until("the rejection", () -> status(guard).contains("\"refused\""));
            assertWithheld(guard);

            api.put("");

            awaitReading(guard);
        }
    }

    // ---- a reading

    @Test
    void anEmptyListIsReading() throws IOException {
        try (RunningGuard guard = guard(api.port())) {
            awaitReading(guard);

            assertThat(forwards(guard, OF_ALICE)).isTrue();
            assertThat(passesThrough(guard, OF_ALICE)).isTrue();
        }
    }

    @Test
    void anEmptyFileIsReading() throws IOException {
        api.put("# nobody\n");
        try (RunningGuard guard = guard(api.port())) {
            awaitReading(guard);

            assertThat(forwards(guard, OF_ALICE)).isTrue();
        }
    }

    @Test
    void whatWasReadOnceStaysKnown() throws IOException {
        api.put(Passwords.line("alice", PASSWORD));
        try (RunningGuard guard = guard(api.port())) {
            awaitReading(guard);
            Eventually.until("a watch", () -> api.openWatches() == 1);
            api.delete();
            Eventually.until("the deletion", () -> status(guard).contains("\"absent\""));
            assertThat(forwards(guard, OF_APPLICATION)).isTrue();
            assertThat(forwards(guard, OF_ALICE)).isFalse();

            api.stop();
            Eventually.until("the outage", () -> status(guard).contains("\"unreachable\""));

            assertThat(forwards(guard, OF_APPLICATION)).isTrue();
            assertThat(passesThrough(guard, OF_APPLICATION)).isTrue();
            assertThat(forwards(guard, OF_ALICE)).isFalse();
        }
    }
}
