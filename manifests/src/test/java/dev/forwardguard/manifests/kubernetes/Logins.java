package dev.forwardguard.manifests.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Logs in with right and wrong passwords in turn until it is closed, and records each answer that
 * is not the right one.
 */
final class Logins implements AutoCloseable {
    /** Users of every htpasswd file of these tests. */
    static final List<Login> RIGHT =
            List.of(new Login("ada", "right for ada"), new Login("cleo", "right for cleo"));

    static final Login NEVER_VALID = new Login("cleo", "wrong for cleo");

    private static final Login WRONG = new Login("ada", "wrong for ada");
    private static final int MOST_WRONG_ANSWERS = 20;
    private static final long PAUSE_NANOS = 15_000_000;

    private final int port;
    private final Queue<String> wrongAnswers = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private Login revoked = NEVER_VALID;
    private int count;
    private volatile boolean closed;

    Logins(int port) {
        this.port = port;
        this.thread = Thread.ofPlatform().name("logins").start(this::run);
    }

    private void run() {
        while (!closed) {
            expect(200, RIGHT.getFirst());
            pause();
            expect(401, WRONG);
            pause();
            expect(200, RIGHT.getLast());
            pause();
            expect(401, revoked());
            pause();
        }
    }

    private static void pause() {
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    private synchronized void expect(int status, Login login) {
        try {
            int answer = login.statusAt(port);
            if (answer != status) {
                wrong("%s: %d instead of %d".formatted(login, answer, status));
            }
        } catch (IOException e) {
            wrong(login + ": " + e);
        }
        count++;
    }

    private void wrong(String answer) {
        if (wrongAnswers.size() < MOST_WRONG_ANSWERS) {
            wrongAnswers.add(answer);
        }
    }

    private synchronized Login revoked() {
        return revoked;
    }

    /** A login that must not work any more. */
    synchronized void revoked(Login login) {
        revoked = login;
    }

    /** Does something while nobody tries to log in, such as revoking everybody. */
    synchronized void pausedDuring(Runnable action) {
        action.run();
    }

    void assertNoWrongAnswer() {
        assertThat(wrongAnswers).isEmpty();
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
            assertThat(count).isPositive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
