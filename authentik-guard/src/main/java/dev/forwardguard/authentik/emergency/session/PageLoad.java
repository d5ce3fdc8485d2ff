package dev.forwardguard.authentik.emergency.session;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/** Tells the request that opens a page from those of an open one (Fetch Metadata, W3C). */
public final class PageLoad {
    private static final String MODE = "Sec-Fetch-Mode";
    private static final String DESTINATION = "Sec-Fetch-Dest";

    private PageLoad() {}

    /**
     * Whether a browser says that this request opens no page. Programs say nothing, and neither
     * does Firefox over plain http, other than to localhost.
     */
    public static boolean isBackground(HttpHeaders headers) {
        return headers.contains(MODE) && !isByBrowser(headers);
    }

    /**
     * Whether a browser says that this request opens a page. Under a service worker Firefox says
     * {@code same-origin} (SecFetch.cpp), as it does for a script's own request, which accepts
     * anything.
     */
    public static boolean isByBrowser(HttpHeaders headers) {
        return switch (headers.get(MODE, "")) {
            case "navigate" -> true;
            case "same-origin" ->
                    headers.get(DESTINATION, "").equals("empty")
                            && headers.get(HttpHeaderNames.ACCEPT, "").startsWith("text/html");
            default -> false;
        };
    }
}
