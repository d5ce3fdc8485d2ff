package dev.forwardguard.manifests.load.bench;

import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawRequest;

import java.util.ArrayList;
import java.util.List;

/**
 * The auth request that Traefik sends for a visitor's browser, with 15 headers. nginx and haproxy
 * forward all of them to the upstream, as in the design that the guards replace, and so does
 * authentik-guard. bot-block-guard does not forward the cookie.
 *
 * @param path of the auth request
 * @param headers all but {@code Host}, in order
 */
record VisitorRequest(String path, List<Header> headers) {
    private static final String HOST = "auth.example";

    static VisitorRequest at(String path, int cookieBytes) {
        List<Header> headers = new ArrayList<>();
        headers.add(
                new Header(
                        "User-Agent",
                        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"));
        headers.add(
                new Header(
                        "Accept",
                        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        headers.add(new Header("Accept-Language", "en,de;q=0.5"));
        headers.add(new Header("Referer", "https://app.example.com/"));
        headers.add(new Header("Sec-Fetch-Mode", "navigate"));
        headers.add(new Header("X-Forwarded-For", "203.0.113.7"));
        headers.add(new Header("X-Forwarded-Host", "app.example.com"));
        headers.add(new Header("X-Forwarded-Method", "GET"));
        headers.add(new Header("X-Forwarded-Port", "443"));
        headers.add(new Header("X-Forwarded-Proto", "https"));
        headers.add(new Header("X-Forwarded-Server", "traefik-1"));
        headers.add(new Header("X-Forwarded-Uri", "/page?x=1"));
        headers.add(new Header("X-Real-Ip", "203.0.113.7"));
        if (cookieBytes > 0) {
            headers.add(new Header("Cookie", "session=" + "x".repeat(cookieBytes)));
        }
        return new VisitorRequest(path, headers);
    }

    VisitorRequest with(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new VisitorRequest(path, more);
    }

    /** The bytes of the request, as Latin-1. */
    String wire() {
        List<Header> all = new ArrayList<>(List.of(new Header("Host", HOST)));
        all.addAll(headers);
        return new RawRequest("GET", path, all, "").wire();
    }

    /** The wrk options for this request. */
    List<String> options() {
        List<String> options = new ArrayList<>(List.of("-H", "Host: " + HOST));
        headers.forEach(
                header -> options.addAll(List.of("-H", header.name() + ": " + header.value())));
        return options;
    }
}
