package dev.forwardguard.manifests;

import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawRequest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kinds of requests that visitors send, and some that they should not; by name. */
final class VisitorRequests {
    private static final List<String> TARGETS =
            List.of(
                    "/a/..%2fb?x=1",
                    "/a/../b",
                    "/a/%2e%2e/b",
                    "/a//b",
                    "//evil.test/x",
                    "/%41",
                    "/?q=%zz",
                    "/?q=a;b",
                    "/?",
                    "/a|b<c>",
                    "/\u00e4?\u00f6",
                    "/?x=" + "y".repeat(7_000),
                    "*",
                    "http://app.example.com/absolute?x=1",
                    "http://other.test/absolute");

    private VisitorRequests() {}

    static Map<String, RawRequest> all() {
        Map<String, RawRequest> all = new LinkedHashMap<>();
        headers(all);
        bodies(all);
        for (String target : TARGETS) {
            String name = target.length() > 40 ? target.substring(0, 40) + "…" : target;
            all.put("target " + name, session("GET", target));
        }
        for (String method : List.of("HEAD", "OPTIONS", "DELETE", "TRACE", "PROPFIND", "get")) {
            all.put("method " + method, session(method, "/page"));
        }
        return all;
    }

    private static RawRequest session(String method, String target) {
        return GatewayFixture.request("app", method, target)
                .with("Cookie", Upstreams.SESSION + "1");
    }

    private static void headers(Map<String, RawRequest> all) {
        RawRequest page = GatewayFixture.pageWithSession();
        all.put("page", page);
        all.put("page without session", GatewayFixture.page());
        all.put("public page", GatewayFixture.request("www", "GET", "/page?a=1"));
        all.put("page for a bot", bot());
        all.put("page without User-Agent", withoutUserAgent());
        all.put("unknown site", GatewayFixture.request("other", "GET", "/"));
        all.put("100 KB of cookies", page.with("Cookie", "c=" + "x".repeat(100_000)));
        all.put("300 KB of cookies", page.with("Cookie", "c=" + "x".repeat(300_000)));
        all.put("300 header fields", many(page, 300));
        all.put("300 header fields, public", many(GatewayFixture.request("www", "GET", "/"), 300));
        all.put("two Cookie fields", page.with("Cookie", "more=1"));
        all.put("token", page.with("Authorization", "Bearer of-the-application"));
        all.put("two tokens", page.with("Authorization", "Bearer a").with("Authorization", "b"));
        all.put("Basic of the application", page.with("Authorization", "Basic YTpi"));
        all.put("Basic without session", GatewayFixture.page().with("Authorization", "Basic YTpi"));
        all.put("emergency password", emergency());
        for (Header header : ODD) {
            all.put(
                    header.name() + ": " + header.value(),
                    page.with(header.name(), header.value()));
        }
        all.put(
                "WebSocket handshake",
                page.with("Connection", "Upgrade")
                        .with("Upgrade", "websocket")
                        .with("Origin", "https://app.example.com")
                        .with("Sec-WebSocket-Version", "13")
                        .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));
    }

    private static final List<Header> ODD =
            List.of(
                    new Header("X-authentik-username", "mallory"),
                    new Header("X-authentik-unknown", "mallory"),
                    new Header("X-Guard-Fallback", "mallory"),
                    new Header("X-Forwarded-Uri", "/public"),
                    new Header("X-Forwarded-For", "192.0.2.1"),
                    new Header("X-Original-URL", "https://other.test/"),
                    new Header("Forwarded", "for=192.0.2.1;host=other.test"),
                    new Header("Range", "bytes=0-1"),
                    new Header("If-None-Match", "\"1\""),
                    new Header("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"),
                    new Header("Accept-Encoding", "gzip, br"),
                    new Header("Accept", "text/html"),
                    new Header("TE", "trailers"),
                    new Header("Trailer", "X-Sum"),
                    new Header("Keep-Alive", "timeout=5"),
                    new Header("Connection", "close"),
                    new Header("Connection", "X-Forwarded-For, X-authentik-username"),
                    new Header("Connection", "Cookie"),
                    new Header("Upgrade", "h2c"),
                    new Header("Proxy-Authorization", "Basic YTpi"),
                    new Header("Proxy-Connection", "keep-alive"),
                    new Header("Content-Type", "text/plain"),
                    new Header("Content-Language", "de"),
                    new Header("Max-Forwards", "1"),
                    new Header("Via", "1.1 before"),
                    new Header("X-Empty", ""),
                    new Header("X-Octets", "\u00e4\u00ff"),
                    new Header("X.Dotted", "1"));

    private static void bodies(Map<String, RawRequest> all) {
        RawRequest form = session("POST", "/form").with("Content-Type", "text/plain");
        RawRequest chunked = form.with("Transfer-Encoding", "chunked");
        all.put("body", form.with("Content-Length", "4").body("a=b&"));
        all.put("empty body", form.with("Content-Length", "0"));
        all.put("body of 1 MiB", form.with("Content-Length", "1048576").body("x".repeat(1 << 20)));
        all.put("chunked body", chunked.body("4\r\na=b&\r\n0\r\n\r\n"));
        all.put(
                "body with trailers",
                chunked.with("Trailer", "X-Sum").body("4\r\na=b&\r\n0\r\nX-Sum: 1\r\n\r\n"));
        all.put("body of a GET", session("GET", "/").with("Content-Length", "4").body("a=b&"));
        all.put(
                "expects 100-continue",
                form.with("Expect", "100-continue").with("Content-Length", "4").body("a=b&"));
        all.put("body without session", withoutSession().with("Content-Length", "4").body("a=b&"));
    }

    private static RawRequest withoutSession() {
        return GatewayFixture.request("app", "POST", "/form");
    }

    private static RawRequest emergency() {
        return GatewayFixture.pageWithSession()
                .with("Authorization", GatewayFixture.EMERGENCY_PASSWORD);
    }

    private static RawRequest bot() {
        return host("app").with("User-Agent", "GPTBot/1.2");
    }

    private static RawRequest withoutUserAgent() {
        return host("www");
    }

    private static RawRequest host(String site) {
        return new RawRequest("GET", "/", List.of(new Header("Host", site + ".example.com")), "");
    }

    private static RawRequest many(RawRequest request, int count) {
        RawRequest many = request;
        for (int i = 0; i < count; i++) {
            many = many.with("X-Field-" + i, "v");
        }
        return many;
    }
}
