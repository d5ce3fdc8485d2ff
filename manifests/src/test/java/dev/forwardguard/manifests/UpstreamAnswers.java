package dev.forwardguard.manifests;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kinds of answers to an auth request, correct and broken ones; by name. */
final class UpstreamAnswers {
    private static final String LOCATION = "https://authentik.example.com/login?next=%2Fpage";

    private UpstreamAnswers() {}

    static Map<String, Behaviour> all() {
        Map<String, Behaviour> all = new LinkedHashMap<>();
        for (int status : List.of(200, 201, 202, 203, 204, 205, 206, 226, 299)) {
            all.put("" + status, Behaviour.answers(Answer.of(status).with("X-authentik-uid", "1")));
        }
        for (int status : List.of(300, 301, 302, 303, 304, 307, 308)) {
            all.put("" + status, Behaviour.answers(Answer.of(status).with("Location", LOCATION)));
        }
        for (int status :
                List.of(400, 401, 402, 403, 404, 405, 408, 410, 418, 421, 429, 431, 451, 499)) {
            all.put("" + status, Behaviour.answers(Answer.of(status).body("no")));
        }
        for (int status : List.of(500, 501, 502, 503, 504, 511, 599)) {
            all.put("" + status, Behaviour.answers(Answer.of(status).body("failed")));
        }
        allowing(all);
        refusing(all);
        broken(all);
        return all;
    }

    private static void allowing(Map<String, Behaviour> all) {
        Answer ok = Answer.of(200);
        put(all, "200 with a body", ok.with("Content-Type", "text/plain").body("welcome"));
        put(all, "200 with an empty identity header", ok.with("X-authentik-groups", ""));
        put(all, "200 with a repeated identity header", twice(ok, "X-authentik-groups", "a", "b"));
        put(all, "200 with UTF-8", ok.with("X-authentik-name", "\u00c3\u00a4"));
        put(all, "200 with Latin-1", ok.with("X-authentik-name", "\u00e4"));
        put(all, "200 with an unlisted header", ok.with("X-Unlisted", "1"));
        put(all, "200 with Authorization", ok.with("Authorization", "Bearer made-by-authentik"));
        put(all, "200 with Set-Cookie", ok.with("Set-Cookie", "a=1; Path=/"));
        put(all, "200 that hides a header", ok.with("Connection", "X-Hop").with("X-Hop", "1"));
        put(all, "200 with 60 KB of headers", ok.with("X-authentik-jwt", "j".repeat(60_000)));
        put(all, "200 with 70 KB of headers", ok.with("X-authentik-jwt", "j".repeat(70_000)));
        put(all, "200 with a body of 8 KiB", ok.body("x".repeat(8 << 10)));
        put(all, "200 with a body of 40 KiB", ok.body("x".repeat(40 << 10)));
        put(all, "200 with a body of 1 MiB", ok.body("x".repeat(1 << 20)));
        put(all, "200 with a body of 2 MiB", ok.body("x".repeat(2 << 20)));
        put(all, "200 with 300 KB of headers", ok.with("X-authentik-jwt", "j".repeat(300_000)));
        raw(all, "200 after 103", "HTTP/1.1 103 Any\r\nLink: </a>\r\n\r\n" + ok.wire());
        raw(all, "200 in chunks", chunked(200, ""));
        raw(all, "200 with trailers", chunked(200, "X-authentik-uid: 1\r\n"));
        raw(all, "200 without a reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n");
        all.put("200 until close", Behaviour.answersUntilClose(200, List.of(), "welcome"));
        all.put(
                "200 with Connection: close",
                Behaviour.answersRaw(ok.with("Connection", "close").wire()).then(Ending.CLOSE));
    }

    /** With one of these Traefik writes the application's cookies anew. */
    static Behaviour allowWithCookie() {
        return Behaviour.answers(Identity.ADA.verdict().with("Set-Cookie", "a=1; Path=/"));
    }

    private static void refusing(Map<String, Behaviour> all) {
        Answer login = Answer.of(302).with("Location", LOCATION);
        put(all, "302 to a path", Answer.of(302).with("Location", "/start?rd=%2F"));
        put(all, "302 to another host", Answer.of(302).with("Location", "//other.test/x"));
        put(all, "302 without Location", Answer.of(302));
        put(
                all,
                "302 with cookies",
                twice(login, "Set-Cookie", "a=1; Path=/", "b=2; Priority=High"));
        put(all, "302 with 20 KB of cookies", login.with("Set-Cookie", "a=" + "x".repeat(20_000)));
        put(all, "401 with challenges", challenges());
        put(all, "401 with a policy", policies());
        put(all, "401 in gzip", Answer.of(401).with("Content-Encoding", "gzip").body("not really"));
        put(all, "403 with a body of 8 KiB", Answer.of(403).body("x".repeat(8 << 10)));
        put(all, "403 with a body of 20 KiB", Answer.of(403).body("x".repeat(20 << 10)));
        put(all, "403 with a body of 1 MiB", Answer.of(403).body("x".repeat(1 << 20)));
        put(all, "403 with a body of 2 MiB", Answer.of(403).body("x".repeat(2 << 20)));
        put(all, "403 that hides a header", hop());
        put(all, "429 with Retry-After", Answer.of(429).with("Retry-After", "7"));
        put(all, "503 with Retry-After", Answer.of(503).with("Retry-After", "7"));
        raw(all, "403 in chunks", chunked(403, ""));
        raw(all, "403 with trailers", chunked(403, "X-Sum: 1\r\n"));
        raw(all, "403 after 103", "HTTP/1.1 103 Any\r\n\r\n" + Answer.of(403).wire());
        all.put("403 until close", Behaviour.answersUntilClose(403, List.of(), "no"));
    }

    private static void broken(Map<String, Behaviour> all) {
        all.put("closes", Behaviour.closesBeforeAnswer());
        all.put("resets", Behaviour.resetsBeforeAnswer());
        String head = "HTTP/1.1 %d Any\r\nContent-Length: 100\r\n\r\nfew";
        all.put("200 cut short", Behaviour.answersRaw(head.formatted(200)).then(Ending.CLOSE));
        all.put("403 cut short", Behaviour.answersRaw(head.formatted(403)).then(Ending.CLOSE));
        all.put("cut head", Behaviour.answersRaw("HTTP/1.1 200 Any\r\nX").then(Ending.CLOSE));
        raw(all, "no HTTP", "hello\r\n\r\n");
        raw(
                all,
                "two lengths",
                "HTTP/1.1 200 Any\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n");
        raw(all, "length and chunks", both());
        raw(all, "control character", "HTTP/1.1 200 Any\r\nContent-Length: 0\r\nX: \u0001\r\n\r\n");
        raw(
                all,
                "folded header",
                "HTTP/1.1 200 Any\r\nContent-Length: 0\r\nX-authentik-uid: 1\r\n 2\r\n\r\n");
        raw(
                all,
                "blank before colon",
                "HTTP/1.1 200 Any\r\nContent-Length: 0\r\nX-authentik-uid : 1\r\n\r\n");
        raw(all, "line feeds", "HTTP/1.1 200 Any\nContent-Length: 0\n\n");
        raw(all, "HTTP/2.0", "HTTP/2.0 200 Any\r\nContent-Length: 0\r\n\r\n");
        raw(all, "600", "HTTP/1.1 600 Any\r\nContent-Length: 0\r\n\r\n");
        raw(all, "999", "HTTP/1.1 999 Any\r\nContent-Length: 0\r\n\r\n");
        raw(all, "101", "HTTP/1.1 101 Any\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    }

    private static Answer challenges() {
        return twice(Answer.of(401), "WWW-Authenticate", "Basic realm=\"a\"", "Bearer")
                .with("Content-Type", "text/html")
                .body("<p>no</p>");
    }

    private static Answer policies() {
        return Answer.of(401)
                .with("Content-Security-Policy", "default-src 'none'")
                .with("Referrer-Policy", "no-referrer")
                .with("Cache-Control", "no-store")
                .with("X-Robots-Tag", "all");
    }

    private static Answer hop() {
        return Answer.of(403)
                .with("Connection", "X-Hop")
                .with("X-Hop", "1")
                .with("Keep-Alive", "timeout=5")
                .with("Proxy-Authenticate", "Basic");
    }

    static String chunked(int status, String trailers) {
        return "HTTP/1.1 %d Any\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n%s\r\n"
                .formatted(status, trailers);
    }

    private static String both() {
        return chunked(200, "").replace("\r\n\r\n4", "\r\nContent-Length: 4\r\n\r\n4");
    }

    private static Answer twice(Answer answer, String name, String one, String other) {
        return answer.with(name, one).with(name, other);
    }

    private static void put(Map<String, Behaviour> all, String name, Answer answer) {
        all.put(name, Behaviour.answers(answer));
    }

    private static void raw(Map<String, Behaviour> all, String name, String octets) {
        all.put(name, Behaviour.answersRaw(octets).then(Ending.CLOSE));
    }
}
