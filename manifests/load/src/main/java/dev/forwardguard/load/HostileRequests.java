package dev.forwardguard.load;

import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.util.List;

/** Requests that break the rules of HTTP, or make the upstream slow or its response large. */
final class HostileRequests {
    private static final List<String> BODIES =
            List.of(
                    "5\nhello\r\n0\r\n\r\n",
                    "-5\r\nhello\r\n0\r\n\r\n",
                    "3\r\nhello\r\n0\r\n\r\n",
                    "ffffffffffffffffff\r\nhello\r\n",
                    "\r\n\r\n",
                    "five\r\nhello\r\n0\r\n\r\n");

    private HostileRequests() {}

    static List<Assault> all() {
        return List.of(
                new Assault("malformed chunks", 20, 20, HostileRequests::malformed),
                new Assault("gzip, chunked", 20, 20, HostileRequests::gzip),
                new Assault("CONNECT and TRACE", 20, 20, HostileRequests::method),
                new Assault("redirect of 90 KB", 5, 5, by -> redirect(by, 30_000)),
                new Assault("redirect of 300 KB", 5, 5, by -> redirect(by, 100_000)),
                new Assault("slow upstream, one address", 20, 100, by -> slow(by, Addresses.ONE)),
                new Assault(
                        "slow upstream, many addresses",
                        20,
                        100,
                        by -> slow(by, Addresses.any(by.random()))));
    }

    private static void malformed(Attacker attacker) throws IOException {
        String body = BODIES.get(attacker.random().nextInt(BODIES.size()));
        attacker.ask(post(attacker, "chunked").body(body));
    }

    private static void gzip(Attacker attacker) throws IOException {
        attacker.ask(post(attacker, "gzip, chunked").body("0\r\n\r\n"));
    }

    private static RawRequest post(Attacker attacker, String coding) {
        RawRequest get = attacker.request();
        return new RawRequest("POST", get.uri(), get.headers(), "")
                .with("Transfer-Encoding", coding);
    }

    private static void method(Attacker attacker) throws IOException {
        RawRequest get = attacker.request();
        boolean trace = attacker.random().nextBoolean();
        attacker.ask(
                trace
                        ? new RawRequest("TRACE", get.uri(), get.headers(), "")
                        : new RawRequest("CONNECT", "app.example:443", get.headers(), ""));
    }

    /** The upstream escapes each slash, which makes it three octets. */
    private static void redirect(Attacker attacker, int slashes) throws IOException {
        String path = SiegedUpstream.ECHO + "/".repeat(slashes);
        attacker.ask(attacker.request(Addresses.any(attacker.random()), path));
    }

    private static void slow(Attacker attacker, String address) throws IOException {
        attacker.ask(attacker.request(address, SiegedUpstream.SLOW));
    }
}
