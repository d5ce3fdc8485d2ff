package dev.forwardguard.manifests.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.BesideOthers;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.Certificate;

/** What authenticates the guard and the API server to each other changes, or is taken away. */
@BesideOthers
class ApiServerAccessIT {
    @TempDir private static Path directory;
    private static FollowedCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = FollowedCluster.start(directory);
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

    /** The token of a deleted pod is rejected, so the guard must have used the new one. */
    @Test
    void usesRotatedToken() {
        double rejected = cluster.guard().reads("unauthorized");
        cluster.access().swapMount();

        cluster.restartServer();
        cluster.rotate();

        assertThat(cluster.guard().contact()).isEqualTo("followed");
        assertThat(cluster.guard().reads("unauthorized")).isEqualTo(rejected);
    }

    @Test
    void keepsUsersUntilTokenIsSignedByNewKey() {
        cluster.server().keys().renewSigningKey();
        cluster.restartServer();
        cluster.guard().awaitContact("unauthorized");
        String password = cluster.newPassword();
        cluster.secret().rotate(password);
        cluster.outlastGrace();

        cluster.access().swapMount();

        cluster.awaitInForce(password);
    }

    /** The account that is made anew has another uid, and old tokens never become valid again. */
    @Test
    void keepsUsersUntilTokenIsOfNewAccount() {
        cluster.access().deleteAccount();
        cluster.restartServer();
        cluster.guard().awaitContact("unauthorized");
        cluster.access().grant();
        String password = cluster.newPassword();
        cluster.secret().rotate(password);
        double rejected = cluster.guard().reads("unauthorized");
        cluster.guard()
                .await("retries", () -> cluster.guard().reads("unauthorized") > rejected + 1);
        cluster.outlastGrace();

        cluster.access().swapMount();

        cluster.awaitInForce(password);
    }

    @Test
    void keepsUsersUntilNewAuthorityIsMounted() {
        cluster.server().keys().renewAuthority();
        cluster.restartServer();
        cluster.guard().awaitContact("tls");
        String password = cluster.newPassword();
        cluster.secret().rotate(password);
        cluster.outlastGrace();

        cluster.access().swapMount();

        cluster.awaitInForce(password);
    }

    @Test
    void acceptsRenewedCertificate() {
        double untrusted = cluster.guard().reads("tls");
        var before = certificate();
        cluster.server().keys().renewCertificate();
        cluster.guard().await("the new certificate", () -> !certificate().equals(before));
        cluster.rotate();

        cluster.restartServer();
        cluster.rotate();

        assertThat(cluster.guard().reads("tls")).isEqualTo(untrusted);
    }

    private static Certificate certificate() {
        try (var client = cluster.server().client()) {
            return client.certificate();
        }
    }

    /** A watch goes on when its permission ends, only the next request is refused. */
    @Test
    void keepsUsersWhileRoleBindingIsGone() {
        cluster.restartWatch();
        cluster.access().revoke();
        cluster.rotate();
        cluster.restartServer();
        cluster.guard().awaitContact("forbidden");
        String password = cluster.newPassword();
        cluster.secret().rotate(password);
        cluster.outlastGrace();

        cluster.access().grant();

        cluster.awaitInForce(password);
    }
}
