package dev.forwardguard.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Connections that are opened to be held, and responses that nobody waits for. */
final class HeldConnections {
    private static final Duration LONG = Duration.ofSeconds(12);
    private static final Duration WHILE = Duration.ofSeconds(5);
    private static final String COOKIE = "Cookie: a=" + "x".repeat(240 * 1024);
    private static final int PIPELINED = 5_000;
    private static final int CANCELLED = 260;

    private HeldConnections() {}

    static List<Assault> all() {
        return List.of(
                new Assault("half heads", 60, 400, HeldConnections::halfHead),
                new Assault("240 KB of a cookie, held", 8, 40, HeldConnections::cookie),
                new Assault("silent connections", 10, 100, by -> by.hold("", LONG)),
                new Assault("5,000 pipelined requests", 1, 5, HeldConnections::pipeline),
                new Assault("260 requests cancelled", 0.2, 1, HeldConnections::cancel),
                new Assault("half heads, management port", 150, 1_500, HeldConnections::management),
                new Assault("garbage", 20, 20, HeldConnections::garbage));
    }

    private static void halfHead(Attacker attacker) throws IOException {
        RawRequest request = attacker.request();
        String some = "A1f: b\r\n".repeat(attacker.random().nextInt(50));
        attacker.hold(CostlyHeads.open(request) + some, LONG);
    }

    private static void cookie(Attacker attacker) throws IOException {
        RawRequest request = attacker.request();
        attacker.hold(CostlyHeads.open(request) + COOKIE, WHILE);
    }

    /** The first makes the upstream slow, so that the others have to wait. */
    private static void pipeline(Attacker attacker) throws IOException {
        String address = Addresses.any(attacker.random());
        RawRequest slow = attacker.request(address, SiegedUpstream.SLOW);
        String next = attacker.request(address, "/").wire();
        try (RawConnection connection = attacker.connect()) {
            connection.send(slow.wire());
            for (int i = 0; i < PIPELINED; i += 500) {
                connection.send(next.repeat(500));
            }
            attacker.sent();
            attacker.receive(connection, slow);
        }
    }

    /** All at the same time, from so few addresses that none exceeds its share. */
    private static void cancel(Attacker attacker) throws IOException {
        List<RawConnection> all = new ArrayList<>();
        try {
            for (int i = 0; i < CANCELLED; i++) {
                String address = Addresses.few(attacker.random(), 5);
                all.add(attacker.connect());
                all.getLast().send(attacker.request(address, SiegedUpstream.SLOW).wire());
                attacker.sent();
            }
        } finally {
            for (RawConnection each : all) {
                each.reset();
                attacker.ended("cancelled");
            }
        }
    }

    private static void management(Attacker attacker) throws IOException {
        try (RawConnection connection = attacker.connect(attacker.victim().managementPort())) {
            int fields = attacker.random().nextInt(800);
            connection.send("GET /status HTTP/1.1\r\n" + "A1f: b\r\n".repeat(fields));
            attacker.sent();
            attacker.receive(connection, null);
        }
    }

    private static void garbage(Attacker attacker) throws IOException {
        byte[] octets = new byte[1 + attacker.random().nextInt(2_000)];
        attacker.random().nextBytes(octets);
        String text = new String(octets, ISO_8859_1);
        attacker.hold(text + "\r\n\r\n", WHILE);
    }
}
