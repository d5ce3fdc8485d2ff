package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue.Snapshot;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Base64;

/** Revisions of a Secret that change nothing, and those that do. */
class UnchangedSecretTest {
    private static final String FIRST = "the first password";
    private static final String SECOND = "the second password";
    private static final String USERS = Passwords.line("alice", FIRST);
    private static final String USERS_LATER = Passwords.line("alice", SECOND);
    private static final String INVALID =
            FakeApiServer.data("htpasswd", Base64.getEncoder().encodeToString("?".getBytes(UTF_8)));

    @RegisterExtension static final CapturedLogs LOGS = new CapturedLogs();

    @TempDir private Path directory;
    private FakeApiServer api;
    private FollowedSecret secret;
    private Snapshot<Htpasswd> first;

    @BeforeEach
    void follow() throws Exception {
        api = FakeApiServer.plain();
        api.put(USERS);
        var pod = new MountedServiceAccount(directory, "a-token", new TestAuthority().pem());
        secret = new FollowedSecret(new ServiceAccount(api.url(), pod.directory()));
        secret.awaitAccepted("alice", FIRST);
        Eventually.until("a watch", () -> api.openWatches() == 1);
        first = secret.value.snapshot().orElseThrow();
        LOGS.clear();
    }

    @AfterEach
    void end() {
        secret.close();
        api.close();
    }

    /** As annotations, labels and the first server-side apply do. */
    @Test
    void keepsContentInForceThroughNewRevisions() {
        for (int i = 0; i < 4; i++) {
            api.put(USERS);
        }
        awaitChange();

        assertThat(inForce()).isEqualTo(1);
    }

    @Test
    void rejectsContentOnceThroughNewRevisions() {
        for (int i = 0; i < 3; i++) {
            api.putData(INVALID);
        }
        for (int i = 0; i < 3; i++) {
            api.putData("{}");
        }
        awaitChange();

        assertThat(secret.value.rejections()).isEqualTo(2);
    }

    @Test
    void keepsContentThatReturnsAfterRejection() {
        api.putData(INVALID);
        Eventually.until("a rejection", () -> secret.value.rejection().isPresent());
        api.put(USERS);
        Eventually.until("no rejection", () -> secret.value.rejection().isEmpty());
        api.putData(INVALID);
        Eventually.until("another rejection", () -> secret.value.rejections() == 2);

        assertThat(secret.value.snapshot()).containsSame(first);
        assertThat(inForce()).isZero();
    }

    @Test
    void tellsWhenContentChanged() {
        api.put(USERS);
        api.put(USERS_LATER);
        secret.awaitAccepted("alice", SECOND);
        api.put(USERS_LATER);
        api.put(USERS);
        secret.awaitAccepted("alice", FIRST);

        assertThat(inForce()).isEqualTo(2);
        assertThat(secret.value.snapshot().orElseThrow().revision()).isEqualTo("105");
    }

    @Test
    void readsSameContentAgainAfterRevocation() {
        api.delete();
        secret.awaitContact("absent");
        secret.advance(FollowedSecret.GRACE);
        Eventually.until("no users", () -> secret.value.get().isEmpty());

        api.put(USERS);

        secret.awaitAccepted("alice", FIRST);
    }

    /** An API server that has just started has not read the roles yet. */
    @Test
    void reports403OnlyWhenNextListIsRefused() {
        api.nextList(FakeApiServer.status(403));
        api.breakWatches();
        secret.awaitReads(ListWatchResult.FORBIDDEN, 1);
        Eventually.until("a watch", () -> api.lists() == 3 && api.openWatches() == 1);
        secret.awaitContact("followed");
        assertThat(LOGS.logged()).noneMatch(line -> line.contains("403"));

        api.everyList(FakeApiServer.status(403));
        api.breakWatches();
        secret.awaitReads(ListWatchResult.FORBIDDEN, 3);

        Eventually.until(
                "a line", () -> LOGS.logged().stream().anyMatch(line -> line.contains("403")));
    }

    /** All events before it were applied then. */
    private void awaitChange() {
        api.put(USERS_LATER);
        secret.awaitAccepted("alice", SECOND);
    }

    private long inForce() {
        return LOGS.logged().stream().filter(line -> line.contains("In force")).count();
    }
}
