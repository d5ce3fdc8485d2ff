package dev.forwardguard.load;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * The rate of logins with the same right password, as browsers send it for each part of a page.
 *
 * @param perSecond right responses per second
 * @param wrong responses that did not log in, or as another user
 */
record RememberedLogins(double perSecond, long wrong) {
    private static final int CONNECTIONS = 16;

    /** Sends as many requests as the server can answer on 16 connections. */
    static RememberedLogins of(int port, Duration length) {
        var right = new LongAdder();
        var wrong = new LongAdder();
        String request = BruteForceLoad.password("192.0.2.3", "user0", BruteForceLoad.PASSWORD);
        long begun = System.nanoTime();
        long end = begun + length.toNanos();
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                threads.execute(() -> ask(port, request, end, right, wrong));
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new RememberedLogins(right.sum() / seconds, wrong.sum());
    }

    private static void ask(int port, String request, long end, LongAdder right, LongAdder wrong) {
        try (RawConnection connection = RawHttp.to(port).connect()) {
            while (System.nanoTime() < end) {
                RawAnswer answer = connection.ask(request);
                boolean isRight =
                        answer.status() == 200
                                && answer.header("X-Guard-Fallback").isPresent()
                                && answer.header("X-authentik-username")
                                        .filter("user0"::equals)
                                        .isPresent();
                (isRight ? right : wrong).increment();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
