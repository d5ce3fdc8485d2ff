package dev.forwardguard.manifests.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.BesideOthers;
import dev.forwardguard.servers.Loopback;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The API server or its etcd stop, hang and come back. The users stay the last good ones. */
@BesideOthers
class ApiServerOutagesIT {
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

    /**
     * A server that got SIGTERM closes its port and lets watches go on for a minute, with events of
     * changes that come through other API servers.
     */
    @Test
    void followsChangesWhileServerShutsDown() {
        try (var other = cluster.server().another()) {
            cluster.restartWatch();
            var part = cluster.server().part();
            part.process().terminate();
            cluster.guard()
                    .await("closed port", () -> !Loopback.isListening(cluster.server().port()));

            String password = cluster.newPassword();
            new FollowedSecret(other).rotate(password);
            cluster.awaitInForce(password);
            assertThat(cluster.guard().contact()).isEqualTo("followed");

            part.kill();
            cluster.guard().awaitContact("unreachable");
            part.start();
            cluster.guard().awaitContact("followed");
            cluster.rotate();
        }
    }

    @Test
    void keepsUsersWhileServerIsDead() {
        cluster.server().part().kill();
        cluster.guard().awaitContact("unreachable");
        cluster.outlastGrace();

        cluster.server().part().start();

        cluster.guard().awaitContact("followed");
        cluster.rotate();
    }

    @Test
    void doesNotNoticeServerThatHangsForHalfMinute() {
        cluster.restartWatch();
        String log = cluster.guard().log();

        var server = cluster.server().part().process();
        server.suspend();
        FollowedCluster.pause(Duration.ofSeconds(30));
        server.resume();

        cluster.rotate();
        assertThat(cluster.guard().contact()).isEqualTo("followed");
        assertThat(cluster.guard().log().substring(log.length())).doesNotContain("Cannot follow");
    }

    @Test
    void noticesServerThatHangs() {
        var server = cluster.server().part().process();
        server.suspend();
        cluster.guard().awaitContact("timeout");
        server.resume();

        cluster.guard().awaitContact("followed");
        cluster.rotate();
    }

    @Test
    void noticesLateThatServerHasShutDown() {
        cluster.restartWatch();
        var part = cluster.server().part();
        part.process().terminate();
        cluster.guard().awaitContact("unreachable");
        part.process().awaitExit(Duration.ofMinutes(2));

        part.start();

        cluster.guard().awaitContact("followed");
        cluster.rotate();
    }

    @Test
    void keepsUsersWhileEtcdIsDead() {
        var etcd = cluster.server().etcd().part();
        etcd.kill();
        cluster.guard().await("failing API server", () -> !cluster.server().isReady());
        cluster.outlastGrace();

        etcd.start();
        cluster.server().part().awaitReady();

        cluster.rotate();
    }

    @Test
    void followsAcrossCompaction() {
        cluster.server().etcd().compact();
        cluster.rotate();

        cluster.server().etcd().compact();
        cluster.restartServer();
        cluster.rotate();
    }

    /** Revisions start again from an earlier number, under which the guard knows other content. */
    @Test
    void followsEtcdThatIsRestored() throws IOException {
        Login earlier = cluster.inForce();
        cluster.server().part().kill();
        cluster.server().etcd().part().kill();
        cluster.server().etcd().backUp();
        cluster.server().etcd().part().start();
        cluster.server().part().start();
        cluster.rotate();
        cluster.logins().revoked(Logins.NEVER_VALID);

        cluster.server().part().kill();
        cluster.server().etcd().part().kill();
        cluster.server().etcd().restore();
        cluster.server().etcd().part().start();
        cluster.server().part().start();

        cluster.awaitInForce(earlier.password());
        cluster.rotate();
    }

    /**
     * After a restore of etcd a revision may be in the future. A watch from there gets no events
     * and no error, and this is why the guard lists once a minute instead of resuming its watch.
     */
    @Test
    void hearsNothingOnWatchFromFutureRevision() throws IOException {
        String query = "?fieldSelector=metadata.name=authentik-guard-htpasswd&resourceVersion=";
        try (var client = cluster.server().client()) {
            var watch =
                    CompletableFuture.supplyAsync(
                            () ->
                                    client.get(
                                            FollowedSecret.ALL
                                                    + query
                                                    + "99999999&watch=true&timeoutSeconds=5"));
            cluster.rotate();

            assertThat(watch.join()).isEmpty();
            assertThat(client.status(FollowedSecret.ALL + query + "99999999")).isEqualTo(504);
        }
    }
}
