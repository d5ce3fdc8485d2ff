package dev.forwardguard.authentik.emergency;

import dev.forwardguard.client.ForwardedProto;
import dev.forwardguard.guard.AuthRequest;

import java.util.List;

/** Whether the visitor uses TLS, as the gateway says it. */
public final class VisitorScheme {
    private VisitorScheme() {}

    public static boolean isTls(AuthRequest request) {
        boolean onlyOriginalUrl =
                EmergencyPaths.isOfNginx(request.path())
                        && !request.headers().contains(ForwardedProto.NAME);
        return onlyOriginalUrl
                ? ForwardedProto.isTls(ofOriginalUrl(request))
                : ForwardedProto.isTls(request.headers());
    }

    /**
     * authentik documents an nginx that sends nothing else about the page. Only at the path for
     * nginx: other gateways pass on what a visitor sends under that name.
     */
    private static String ofOriginalUrl(AuthRequest request) {
        List<String> urls = request.headers().getAll("X-Original-URL");
        int end = urls.size() == 1 ? urls.getFirst().indexOf("://") : -1;
        return end < 0 ? "" : urls.getFirst().substring(0, end);
    }
}
