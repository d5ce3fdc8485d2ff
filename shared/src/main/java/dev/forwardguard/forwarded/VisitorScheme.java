package dev.forwardguard.forwarded;

import dev.forwardguard.guard.AuthRequest;

import io.netty.handler.codec.http.HttpHeaders;

import org.jspecify.annotations.Nullable;

/** Whether a visitor came by TLS, as the gateway says. */
final class VisitorScheme {
    private static final String PROTO = "X-Forwarded-Proto";

    /** At this path the gateway is an nginx that writes the page's whole URL into one header. */
    private static final String NGINX = "/auth/nginx";

    private VisitorScheme() {}

    static boolean isTls(AuthRequest request) {
        HttpHeaders headers = request.headers();
        if (headers.contains(PROTO, "https", true)) {
            return true; // nearly always, and without a copy of the value
        }
        String proto = headers.get(PROTO);
        return proto == null ? isTlsAtNginx(request) : isTls(proto);
    }

    /** Each proxy may have appended a scheme: the first one is the visitor's. */
    private static boolean isTls(String proto) {
        int comma = proto.indexOf(',');
        String first = (comma < 0 ? proto : proto.substring(0, comma)).strip();
        return first.equalsIgnoreCase("https") || first.equalsIgnoreCase("wss");
    }

    private static boolean isTlsAtNginx(AuthRequest request) {
        @Nullable String page =
                request.path().endsWith(NGINX) ? request.headers().get("X-Original-URL") : null;
        return page != null && page.regionMatches(true, 0, "https://", 0, 8);
    }
}
