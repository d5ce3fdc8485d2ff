package dev.forwardguard.load;

import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Attacks on what authentik-guard passes through. Those that hold a place come from four addresses,
 * so that they get at most half of all places.
 */
final class PageAttacks {
    private static final int ADDRESSES = 4;
    private static final Duration HELD = Duration.ofSeconds(8);
    private static final String PART = "x".repeat(30_000);

    private PageAttacks() {}

    static List<Assault> all() {
        return List.of(
                new Assault("pages: aborted uploads", 50, 100, PageAttacks::abortUpload),
                new Assault("pages: stalled bodies", 5, 50, PageAttacks::stall),
                new Assault("pages: large heads, held", 10, 80, PageAttacks::largeHead),
                new Assault("pages: left in the response", 10, 20, PageAttacks::leave),
                new Assault("pages: taken by nobody", 2, 20, PageAttacks::takeNothing),
                new Assault("pages: 100 interim responses", 10, 20, PageAttacks::interim),
                new Assault("pages: malformed chunks", 10, 20, PageAttacks::malformed));
    }

    private static String address(Attacker attacker) {
        return Addresses.few(attacker.random(), ADDRESSES);
    }

    private static RawRequest upload(Attacker attacker) {
        return attacker.page("POST", "callback", address(attacker))
                .with("Content-Length", "1000000")
                .body(PART);
    }

    private static void abortUpload(Attacker attacker) throws IOException {
        try (RawConnection connection = attacker.connect()) {
            connection.send(upload(attacker).wire());
            attacker.sent();
            LockSupport.parkNanos(attacker.random().nextInt(50_000_000));
            connection.reset();
            attacker.ended("aborted");
        }
    }

    private static void stall(Attacker attacker) throws IOException {
        attacker.ask(upload(attacker));
    }

    /** From 4 KB to 200 KB, so that some fit wherever a limit is. */
    private static void largeHead(Attacker attacker) throws IOException {
        int size = List.of(4, 8, 16, 24, 32, 64, 128, 200).get(attacker.random().nextInt(8)) << 10;
        RawRequest request =
                attacker.page("GET", "slow", address(attacker)).with("Cookie", "x".repeat(size));
        attacker.hold(request.wire(), HELD, request);
    }

    private static void leave(Attacker attacker) throws IOException {
        try (RawConnection connection = attacker.connect()) {
            connection.send(attacker.page("GET", "large", address(attacker)).wire());
            attacker.sent();
            LockSupport.parkNanos(attacker.random().nextInt(50_000_000));
            connection.reset();
            attacker.ended("left");
        }
    }

    private static void takeNothing(Attacker attacker) throws IOException {
        try (RawConnection connection = attacker.connect()) {
            connection.send(attacker.page("GET", "large", address(attacker)).wire());
            attacker.sent();
            LockSupport.parkNanos(HELD.toNanos());
            connection.reset();
            attacker.ended("left without taking anything");
        }
    }

    private static void interim(Attacker attacker) throws IOException {
        attacker.ask(attacker.page("GET", "interim", Addresses.any(attacker.random())));
    }

    private static void malformed(Attacker attacker) throws IOException {
        attacker.ask(
                attacker.page("POST", "callback", Addresses.any(attacker.random()))
                        .with("Transfer-Encoding", "chunked")
                        .body("5\r\nhello\r\n5\nhello\r\n0\r\n\r\n"));
    }
}
