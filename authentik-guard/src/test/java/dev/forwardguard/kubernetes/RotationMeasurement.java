package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Measures the time from the API server's event until the new password is in force, over TLS,
 * including the first rotations of a cold process. This is a program, not a test: it asserts
 * nothing about time, and runs only when named explicitly.
 *
 * <p>{@code mvn -pl shared,authentik-guard test -Dtest=RotationMeasurement
 * -Dsurefire.failIfNoSpecifiedTests=false}
 */
class RotationMeasurement {
    private static final int ROTATIONS = 200;

    @TempDir private Path directory;

    @Test
    void printsMedianAndP99() throws Exception {
        var authority = new TestAuthority();
        try (FakeApiServer api = FakeApiServer.secure(authority.server("127.0.0.1"))) {
            api.put(Passwords.line("alice", "password 0"));
            var pod = new MountedServiceAccount(directory, "measured", authority.pem());
            var access =
                    ServiceAccount.at("127.0.0.1", String.valueOf(api.port()), pod.directory());
            try (FollowedSecret secret = new FollowedSecret(access, WatchTimings.DEFAULT)) {
                secret.awaitAccepted("alice", "password 0");
                Eventually.until("a watch", () -> api.openWatches() == 1);
                print(measure(api, secret));
            }
        }
    }

    private static long[] measure(FakeApiServer api, FollowedSecret secret)
            throws InterruptedException {
        BlockingQueue<Long> inForce = new LinkedBlockingQueue<>();
        secret.value.subscribe(users -> inForce.add(System.nanoTime()));
        long[] nanos = new long[ROTATIONS];
        for (int i = 0; i < ROTATIONS; i++) {
            String password = "password " + (i + 1);
            String htpasswd = Passwords.line("alice", password) + Passwords.line("bob", "same");
            long event = System.nanoTime();
            api.put(htpasswd);
            Long then = inForce.poll(10, TimeUnit.SECONDS);
            assertThat(then).isNotNull();
            nanos[i] = then - event;
            assertThat(secret.accepts("alice", password)).isTrue();
        }
        return nanos;
    }

    private static void print(long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%d rotations, event to new password in force: median %.2f ms, p99 %.2f ms, longest"
                        + " %.2f ms%n",
                nanos.length,
                nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6,
                nanos[nanos.length - 1] / 1e6);
    }
}
