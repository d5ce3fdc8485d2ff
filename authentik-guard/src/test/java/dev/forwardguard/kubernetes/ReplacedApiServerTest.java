package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/**
 * An API server that ends: after SIGTERM it closes its port at once, and keeps the watches for a
 * minute.
 */
class ReplacedApiServerTest {
    private static final String FIRST = "the first password";
    private static final String SECOND = "the second password";

    @Test
    void followsThroughOpenWatchUntilServerEnds(@TempDir Path directory) throws Exception {
        var pod = new MountedServiceAccount(directory, "a-token", new TestAuthority().pem());
        try (FakeApiServer api = FakeApiServer.plain();
                var port = new StallableProxy(api.port());
                var secret =
                        new FollowedSecret(
                                new ServiceAccount(
                                        "http://127.0.0.1:" + port.port(), pod.directory()))) {
            api.put(Passwords.line("alice", FIRST));
            secret.awaitAccepted("alice", FIRST);
            Eventually.until("a watch", () -> api.openWatches() == 1);
            port.refuse();

            api.put(Passwords.line("alice", SECOND));
            secret.awaitAccepted("alice", SECOND);
            assertThat(secret.status()).isEqualTo("followed");

            api.breakWatches();
            secret.awaitContact("unreachable");
            assertThat(secret.accepts("alice", SECOND)).isTrue();
        }
    }
}
