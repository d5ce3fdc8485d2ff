package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.BusyPool;
import dev.forwardguard.authentik.login.HashingPool;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Checks logins while the hashing pool is busy or full. */
final class HashingPoolFullTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private RunningGuard guard;

    @BeforeEach
    void start() {
        guard = RunningGuard.scripted("mode: auto\n", Visitor.HTPASSWD);
        guard.upstream().isUnavailable(FallbackReason.DEADLINE);
    }

    @AfterEach
    void stop() {
        gate.countDown();
        guard.close();
    }

    @Test
    void refusesWithRetryAfterIfPoolIsFull() throws IOException {
        while (submitBlocked()) {}
        var before = guard.fallbacks();

        for (Visitor visitor : new Visitor[] {Visitor.RIGHT, Visitor.WRONG}) {
            RawAnswer answer = ask(visitor);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.headers("Retry-After")).containsExactly("5");
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly("deadline");
            assertThat(answer.header("X-authentik-username")).isEmpty();
            assertThat(answer.header("WWW-Authenticate")).isEmpty();
        }
        assertThat(guard.fallbacks().since(before)).isEqualTo(Map.of("deadline refuse", 2L));

        gate.countDown();
        Eventually.until("a free place", () -> ask(Visitor.RIGHT).status() == 200);
    }

    @Test
    void challengesAtOnceIfPoolIsFull() throws IOException {
        while (submitBlocked()) {}

        assertThat(ask(Visitor.NONE).status()).isEqualTo(401);
    }

    @Test
    void challengesUserRevokedWhileQueued() throws IOException {
        BusyPool.blockAllThreads(gate, guard.bean(HashingPool.class));
        try (RawConnection visitor = guard.http().connect()) {
            visitor.send(Visitor.RIGHT.asks(Authentik.KIND.authRequest()).wire());
            String bert = Visitor.HTPASSWD.replace("anna", "bert");
            guard.files().htpasswd(bert + bert.replace("bert", "carl"));
            Eventually.until("the revocation", this::isRevoked);
            gate.countDown();

            assertThat(visitor.receive().status()).isEqualTo(401);
        }
    }

    private boolean isRevoked() throws IOException {
        return guard.status().contains("\"users\":2");
    }

    private RawAnswer ask(Visitor visitor) throws IOException {
        return guard.http().ask(visitor.asks(Authentik.KIND.authRequest()));
    }

    /** Submits a task that blocks until the gate opens. Returns false if the pool is full. */
    private boolean submitBlocked() {
        return BusyPool.submitBlocked(gate, guard.bean(HashingPool.class));
    }
}
