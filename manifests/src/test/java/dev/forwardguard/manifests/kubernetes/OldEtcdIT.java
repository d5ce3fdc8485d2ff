package dev.forwardguard.manifests.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The guard's lists and watches with the etcd that Debian has, which is years older. */
class OldEtcdIT {
    @TempDir private static Path directory;
    private static Program etcd;
    private static FollowedCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        etcd = Program.installed("etcd", "etcd-server");
        cluster = FollowedCluster.start(directory, etcd, Duration.ofSeconds(1));
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

    @Test
    void followsSecret() {
        cluster.rotate();
        cluster.restartServer();
        cluster.rotate();
        cluster.rotate();

        assertThat(cluster.guard().contact()).isEqualTo("followed");
    }

    /** A watch that begins with the present objects would save the guard its lists. */
    @Test
    void failsWatchesThatBeginWithPresentObjects() {
        assumeTrue(etcd.run(directory, "--version").contains("etcd Version: 3.4."));
        try (var client = cluster.server().client()) {
            String answer =
                    client.get(
                            FollowedSecret.ALL
                                    + "?watch=true&timeoutSeconds=5&sendInitialEvents=true"
                                    + "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

            assertThat(answer)
                    .contains("\"ERROR\"", "RequestWatchProgress")
                    .doesNotContain("ADDED");
        }
    }

    /**
     * A watch from no particular revision begins when the cache of the API server has seen the
     * newest one. Of a revision that concerned other objects this etcd does not tell it.
     */
    @Test
    void failsWatchesWithoutRevision() {
        assumeTrue(etcd.run(directory, "--version").contains("etcd Version: 3.4."));
        cluster.server().kubectl("create", "configmap", "newer-than-all-secrets");
        try (var client = cluster.server().client()) {
            String answer = client.get(FollowedSecret.ALL + "?watch=true&timeoutSeconds=5");

            assertThat(answer)
                    .contains("\"ERROR\"", "Too large resource version")
                    .doesNotContain("ADDED");
        }
    }
}
