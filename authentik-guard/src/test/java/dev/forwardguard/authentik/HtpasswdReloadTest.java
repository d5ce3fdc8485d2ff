package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Checks that changes of the htpasswd file take effect without a restart. */
final class HtpasswdReloadTest {
    /** The password is "other". */
    private static final String ROTATED = "anna:{SHA}0JQeaNqPOBUf+Gph/Fn3xc+fyqI=\n";

    private final GuardFiles files = GuardFiles.with("emergency: {deletion-grace: 1s}\n");
    private RunningGuard guard;

    @BeforeEach
    void start() {
        guard = RunningGuard.scripted(files);
        guard.upstream().isUnavailable(FallbackReason.FORCED);
    }

    @AfterEach
    void stop() {
        guard.close();
    }

    @Test
    void refusesAllVisitorsWithoutFile() throws IOException {
        for (Visitor visitor : Visitor.values()) {
            RawAnswer answer = ask(visitor);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("WWW-Authenticate")).isEmpty();
            assertThat(answer.header("X-authentik-username")).isEmpty();
            assertThat(answer.body()).contains("no users");
        }
    }

    @Test
    void loadsFileThatAppearsLater() {
        files.htpasswd(Visitor.HTPASSWD);

        awaitStatus(Visitor.RIGHT, 200);
    }

    @Test
    void replacesOldPasswordOnRotation() throws IOException {
        files.htpasswd(Visitor.HTPASSWD);
        awaitStatus(Visitor.RIGHT, 200);
        assertThat(ask("anna", "other").status()).isEqualTo(401);

        files.htpasswd(ROTATED);

        Eventually.until("the new password", () -> ask("anna", "other").status() == 200);
        assertThat(ask(Visitor.RIGHT).status()).isEqualTo(401);
    }

    @Test
    void revokesAtOnceOnEmptyFile() throws IOException {
        files.htpasswd(Visitor.HTPASSWD);
        awaitStatus(Visitor.RIGHT, 200);

        files.htpasswd("# nobody\n\n");
        long revoked = System.nanoTime();

        awaitStatus(Visitor.RIGHT, 503);
        assertThat(System.nanoTime() - revoked).isLessThan(TimeUnit.MILLISECONDS.toNanos(900));
    }

    @Test
    void keepsUsersOnInvalidFile() throws IOException {
        files.htpasswd(Visitor.HTPASSWD);
        awaitStatus(Visitor.RIGHT, 200);

        files.htpasswd("this is no htpasswd file\n");
        Eventually.until("the rejection", () -> status().contains("\"refused\""));

        assertThat(ask(Visitor.RIGHT).status()).isEqualTo(200);
        assertThat(ask(Visitor.WRONG).status()).isEqualTo(401);
        assertThat(status()).doesNotContain("this is no");
        assertThat(guard.management().ask(RawRequest.get("/prometheus")).body())
                .contains("guard_credentials_refused{guard=\"authentik-guard\"} 1.0");
    }

    @Test
    void saysWhyFileIsUnusable() throws IOException {
        files.htpasswd(Visitor.HTPASSWD);
        awaitStatus(Visitor.RIGHT, 200);

        files.htpasswd("  " + Visitor.HTPASSWD);
        Eventually.until("the cause", () -> status().contains("the line is indented"));
        assertThat(ask(Visitor.RIGHT).status()).isEqualTo(200);

        files.htpasswd(Visitor.HTPASSWD + "bert:\n");
        Eventually.until("the cause", () -> status().contains("it has to be on the same line"));
        assertThat(status()).doesNotContain("anna", "bert");
    }

    @Test
    void revokesDeletedFileAfterGrace() {
        files.htpasswd(Visitor.HTPASSWD);
        awaitStatus(Visitor.RIGHT, 200);

        files.deleteHtpasswd();
        long deleted = System.nanoTime();

        awaitStatus(Visitor.RIGHT, 503);
        assertThat(System.nanoTime() - deleted)
                .isBetween(TimeUnit.MILLISECONDS.toNanos(999), TimeUnit.SECONDS.toNanos(2));
    }

    @Test
    void loadsFileReplacedWithinGrace() throws IOException {
        files.htpasswd(Visitor.HTPASSWD);
        awaitStatus(Visitor.RIGHT, 200);

        files.deleteHtpasswd();
        files.htpasswd(ROTATED);

        Eventually.until(
                "the new password",
                () -> {
                    int status = ask("anna", "other").status();
                    assertThat(status).isIn(200, 401);
                    return status == 200;
                });
    }

    @Test
    void revokesOnlyRemovedUser() throws IOException {
        files.htpasswd(Visitor.HTPASSWD + Visitor.HTPASSWD.replace("anna", "bert"));
        awaitStatus(Visitor.RIGHT, 200);

        files.htpasswd(Visitor.HTPASSWD.replace("anna", "bert"));

        awaitStatus(Visitor.RIGHT, 401);
        assertThat(ask("bert", "secret").status()).isEqualTo(200);
    }

    private void awaitStatus(Visitor visitor, int status) {
        Eventually.until("status " + status, () -> ask(visitor).status() == status);
    }

    private RawAnswer ask(Visitor visitor) throws IOException {
        return guard.http().ask(visitor.asks(Authentik.KIND.authRequest()));
    }

    private RawAnswer ask(String user, String password) throws IOException {
        return guard.http()
                .ask(
                        Authentik.KIND
                                .authRequest()
                                .with("Authorization", Visitor.basic(user, password)));
    }

    private String status() throws IOException {
        return guard.status();
    }
}
