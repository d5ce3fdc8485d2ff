package dev.forwardguard.load;

import dev.forwardguard.testing.RawRequest;

import java.io.IOException;
import java.util.List;

/** Requests whose heads cost more than a usual one. */
final class CostlyHeads {
    private static final String END = "\r\n";
    private static final String FIELD = "A1f: b\r\n";
    private static final String MANY = FIELD.repeat(24_000);
    private static final String SIXTY = FIELD.repeat(60 * 1024 / FIELD.length());
    private static final String TWENTY = FIELD.repeat(20 * 1024 / FIELD.length());
    private static final String WORDS = "Connection: a" + ",a".repeat(49_999) + END;
    private static final String BASIC = "Authorization: " + "basic ".repeat(250 * 1024 / 6) + END;
    private static final String LARGE = "Cookie: a=" + "x".repeat(240 * 1024) + END;

    private CostlyHeads() {}

    static List<Assault> all() {
        return List.of(
                new Assault("24,000 fields", 10, 20, by -> fields(by, MANY)),
                new Assault("60 KB of fields", 20, 20, by -> fields(by, SIXTY)),
                new Assault("20 KB of fields", 40, 40, by -> fields(by, TWENTY)),
                new Assault("200 fields", 40, 40, by -> fields(by, FIELD.repeat(190))),
                new Assault("Connection with 50,000 words", 10, 20, by -> fields(by, WORDS)),
                new Assault("Authorization basic basic …", 20, 20, by -> fields(by, BASIC)),
                new Assault("trailers of 24,000 fields", 10, 20, CostlyHeads::trailers),
                new Assault("cookies of 240 KB", 20, 20, by -> fields(by, LARGE)));
    }

    private static void fields(Attacker attacker, String fields) throws IOException {
        RawRequest request = attacker.request();
        attacker.ask(request, open(request) + fields + END);
    }

    private static void trailers(Attacker attacker) throws IOException {
        RawRequest get = attacker.request();
        RawRequest post =
                new RawRequest("POST", get.uri(), get.headers(), "")
                        .with("Transfer-Encoding", "chunked");
        attacker.ask(post, post.wire() + "0\r\n" + MANY + END);
    }

    /** The head of a request without its end. */
    static String open(RawRequest request) {
        String wire = request.wire();
        return wire.substring(0, wire.length() - END.length());
    }
}
