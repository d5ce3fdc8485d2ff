package dev.forwardguard.manifests.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.ApiServer;
import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** An API server, a guard that follows the Secret there, and logins at the guard all the while. */
final class FollowedCluster implements AutoCloseable {
    private final AtomicInteger passwords = new AtomicInteger();
    private final Path directory;
    private final ApiServer server;
    private final Duration grace;
    private final GuardAccess access;
    private final FollowedSecret secret;
    private final FollowingGuard guard;
    private final Logins logins;
    private Login inForce;

    private FollowedCluster(Path directory, ApiServer server, Duration grace) throws IOException {
        this.directory = directory;
        this.server = server;
        this.grace = grace;
        this.access = new GuardAccess(server, directory);
        this.secret = new FollowedSecret(server);
        this.inForce = FollowedSecret.login(newPassword());
        secret.create(inForce.password());
        this.guard = FollowingGuard.start(directory, server, access.mounted(), grace, inForce);
        this.logins = new Logins(guard.port());
    }

    /** Starts all with a grace that is short enough to outlast it in tests. */
    static FollowedCluster start(Path directory) throws IOException {
        return start(directory, Program.built("etcd"), Duration.ofSeconds(1));
    }

    static FollowedCluster start(Path directory, Program etcd, Duration grace) throws IOException {
        ApiServer server = ApiServer.start(directory, etcd);
        try {
            return new FollowedCluster(directory, server, grace);
        } catch (IOException | RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    ApiServer server() {
        return server;
    }

    GuardAccess access() {
        return access;
    }

    FollowedSecret secret() {
        return secret;
    }

    FollowingGuard guard() {
        return guard;
    }

    Logins logins() {
        return logins;
    }

    /** A password that was never used. */
    String newPassword() {
        return "password " + passwords.incrementAndGet();
    }

    /** The login that worked last. */
    Login inForce() {
        return inForce;
    }

    /** Waits until this password works, and checks that the one before does not. */
    void awaitInForce(String password) {
        Login next = FollowedSecret.login(password);
        guard.awaitAccepted(next);
        if (!next.equals(inForce)) {
            assertThat(guard.status(inForce)).isEqualTo(401);
            logins.revoked(inForce);
        }
        inForce = next;
    }

    /** Changes the password, and waits until that is in force. */
    void rotate() {
        String password = newPassword();
        secret.rotate(password);
        awaitInForce(password);
    }

    /** Starts another replica of the guard. */
    FollowingGuard startReplica() throws IOException {
        Path own = Files.createTempDirectory(directory, "replica");
        return FollowingGuard.start(own, server, access.mounted(), grace, inForce);
    }

    /** Lets so much time pass that users of a deleted Secret would be revoked. */
    void outlastGrace() {
        pause(grace.multipliedBy(2));
        assertThat(guard.status(inForce)).isEqualTo(200);
    }

    /** Lets time pass, in which the logins go on. */
    static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Restarts the API server without warning, so all connections to it break. */
    void restartServer() {
        server.part().kill();
        server.part().start();
    }

    /** Restarts the API server; the guard's new watch will not end within the next 50 s. */
    void restartWatch() {
        double lists = guard.reads("ok");
        restartServer();
        guard.await("a list", () -> guard.reads("ok") > lists);
        rotate();
    }

    /** Writes a manifest of the Secret for kubectl. */
    String manifest(String password) {
        try {
            Path file = directory.resolve("secret.json");
            return Files.writeString(file, FollowedSecret.manifest(password)).toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        logins.close();
        guard.close();
        server.close();
    }
}
