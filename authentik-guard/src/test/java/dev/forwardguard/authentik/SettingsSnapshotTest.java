package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** The settings change while a request waits for the upstream. */
final class SettingsSnapshotTest {
    private final CompletableFuture<UpstreamOutcome> outcome = new CompletableFuture<>();
    private final AtomicReference<GuardSettings> used = new AtomicReference<>();
    private final RunningGuard guard =
            RunningGuard.scripted("emergency: {message: before}\n", Visitor.HTPASSWD);

    @AfterEach
    void stop() {
        guard.close();
    }

    @Test
    void decidesRequestUnderSettingsThatItBeganWith() throws IOException {
        assertDecidesAsBefore(
                () ->
                        guard.files()
                                .settings(
                                        """
                                        mode: upstream
                                        emergency: {message: after, require-https: true}
                                        """));
    }

    @Test
    void decidesRequestWithoutOverrideThatCameLater() throws IOException {
        assertDecidesAsBefore(
                () ->
                        guard.files()
                                .mountOverride()
                                .contains(
                                        "guard.yml",
                                        "mode: upstream\nemergency: {message: after}\n"));
    }

    private interface Change {
        void make() throws IOException;
    }

    private void assertDecidesAsBefore(Change change) throws IOException {
        guard.upstream()
                .plays(
                        (_, settings) -> {
                            used.set(settings);
                            return outcome;
                        });
        try (RawConnection visitor = guard.http().connect()) {
            visitor.send(Visitor.NONE.asks(Authentik.KIND.authRequest()).wire());
            Eventually.until("the upstream request", () -> used.get() != null);
            change.make();
            Eventually.until("the new settings", () -> status().contains("\"mode\":\"upstream\""));

            outcome.complete(new Unavailable(FallbackReason.DEADLINE));

            RawAnswer answer = visitor.receive();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body()).contains("before").doesNotContain("after");
        }
    }

    private String status() throws IOException {
        return guard.status();
    }
}
