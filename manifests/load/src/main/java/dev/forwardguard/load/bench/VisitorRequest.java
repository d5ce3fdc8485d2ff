package dev.forwardguard.load.bench;

import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawRequest;

import java.util.ArrayList;
import java.util.List;

/**
 * A request of a visitor's browser, or the auth request that Traefik sends for it, with 15 headers.
 * nginx and haproxy forward all of them to the upstream, as in the design that the guards replace,
 * and so does authentik-guard. bot-block-guard does not forward the cookie.
 *
 * @param host of the request
 * @param path of the request
 * @param headers all but {@code Host}, in order
 */
record VisitorRequest(String host, String path, List<Header> headers) {
    /** The name of the session cookie. */
    static final String SESSION_COOKIE = "authentik_proxy_bench";

    /** In headers, in the place of the number of a request among those that take turns. */
    static final String TURN = "TURN";

    private static final String ADDRESS = "203.0.113.7";
    private static final String MANY_ADDRESSES = "203.0.113." + TURN;

    /** The auth request. */
    static VisitorRequest at(String path, int cookieBytes) {
        List<Header> headers = new ArrayList<>(browser());
        headers.add(new Header("X-Forwarded-For", ADDRESS));
        headers.add(new Header("X-Forwarded-Host", "app.example.com"));
        headers.add(new Header("X-Forwarded-Method", "GET"));
        headers.add(new Header("X-Forwarded-Port", "443"));
        headers.add(new Header("X-Forwarded-Proto", "https"));
        headers.add(new Header("X-Forwarded-Server", "traefik-1"));
        headers.add(new Header("X-Forwarded-Uri", "/page?x=1"));
        headers.add(new Header("X-Real-Ip", ADDRESS));
        headers.addAll(cookie(cookieBytes));
        return new VisitorRequest("auth.example", path, headers);
    }

    /** The browser's own request, to Traefik. */
    static VisitorRequest toApplication(int cookieBytes) {
        List<Header> headers = new ArrayList<>(browser());
        headers.add(new Header("Accept-Encoding", "gzip, deflate, br"));
        headers.addAll(cookie(cookieBytes));
        return new VisitorRequest("app.example.com", "/page?x=1", headers);
    }

    private static List<Header> browser() {
        return List.of(
                new Header(
                        "User-Agent",
                        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
                new Header(
                        "Accept",
                        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
                new Header("Accept-Language", "en,de;q=0.5"),
                new Header("Referer", "https://app.example.com/"),
                new Header("Sec-Fetch-Mode", "navigate"));
    }

    private static List<Header> cookie(int bytes) {
        return bytes > 0
                ? List.of(new Header("Cookie", "session=" + "x".repeat(bytes)))
                : List.of();
    }

    /** The auth request with a session cookie of authentik's proxy beside others. */
    static VisitorRequest withSession(String path, int cookieBytes) {
        List<Header> headers = new ArrayList<>(at(path, 0).headers());
        String others = "; session=" + "x".repeat(cookieBytes);
        headers.add(new Header("Cookie", SESSION_COOKIE + "=session" + TURN + others));
        return new VisitorRequest("auth.example", path, headers);
    }

    /** The request for a page, from as many addresses as there are turns. */
    static VisitorRequest ofManyVisitors(String path, int cookieBytes) {
        List<Header> headers = new ArrayList<>();
        for (Header each : at(path, cookieBytes).headers()) {
            headers.add(new Header(each.name(), each.value().replace(ADDRESS, MANY_ADDRESSES)));
        }
        return new VisitorRequest("auth.example", path, headers);
    }

    /** The request whose turn it is. */
    VisitorRequest atTurn(String turn) {
        return new VisitorRequest(
                host,
                path,
                headers.stream()
                        .map(each -> new Header(each.name(), each.value().replace(TURN, turn)))
                        .toList());
    }

    VisitorRequest with(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new VisitorRequest(host, path, more);
    }

    /** The bytes of the request, as Latin-1. */
    String wire() {
        List<Header> all = new ArrayList<>(List.of(new Header("Host", host)));
        all.addAll(headers);
        return new RawRequest("GET", path, all, "").wire();
    }

    /** The wrk options for this request. */
    List<String> options() {
        List<String> options = new ArrayList<>(List.of("-H", "Host: " + host));
        headers.forEach(
                header -> options.addAll(List.of("-H", header.name() + ": " + header.value())));
        return options;
    }
}
