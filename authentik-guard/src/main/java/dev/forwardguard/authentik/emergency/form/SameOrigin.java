package dev.forwardguard.authentik.emergency.form;

import dev.forwardguard.authentik.emergency.session.VisitorHost;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.List;

/** Whether a browser says that a page of the site itself has sent a form. */
final class SameOrigin {
    private SameOrigin() {}

    /**
     * Every browser sends {@code Origin} with a form (Fetch, section 3.2), if the page lets it send
     * a {@code Referer} to its own site. {@code Sec-Fetch-Site} is newer.
     *
     * @param host of the form's address, over TLS
     */
    static boolean is(HttpHeaders headers, VisitorHost host) {
        List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
        return origins.size() == 1
                && origins.getFirst().equalsIgnoreCase("https://" + host.authority())
                && headers.getAll("Sec-Fetch-Site").stream().allMatch("same-origin"::equals);
    }
}
