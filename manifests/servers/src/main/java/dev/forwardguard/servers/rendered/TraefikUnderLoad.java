package dev.forwardguard.servers.rendered;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Traefik;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Traefik with the middlewares and options of {@link HomelabTraefik}, for measurements: of any
 * checkout, without TLS, and with a rate limit that no load reaches. It has one route, to {@code
 * app.example.com}.
 */
public final class TraefikUnderLoad {
    private static final String ENTRY_POINT = "plain";

    /** All load comes from one address, which may send 50 requests/s as shipped. */
    private static final int UNREACHED = 1_000_000;

    /** What older checkouts call the middlewares of routes. */
    private static final Map<String, String> FORMERLY =
            Map.of(
                    "guard-authentik",
                    "authentik-forward-auth",
                    HomelabTraefik.PROTECTED,
                    "protected");

    private TraefikUnderLoad() {}

    /**
     * Starts it; the port without TLS is that of the route.
     *
     * @param checkout whose middlewares and options it has
     * @param addresses where the application and the guards are, each by its name and port
     * @param through names of the route's middlewares
     * @param launcher prefix of the command, such as {@code taskset -c 0}
     */
    public static Gateway.Running start(
            Path checkout,
            Path directory,
            Map<String, String> addresses,
            List<String> through,
            List<String> launcher) {
        Path manifests = checkout.resolve("manifests");
        int port = Loopback.freePort();
        Rendered homelab = Kustomization.in(manifests, "overlays/homelab");
        String routes =
                FileProvider.of(homelab, addresses)
                        .rateLimit(UNREACHED)
                        .routeWithoutTls(
                                ENTRY_POINT,
                                "app.example.com",
                                "application:8080",
                                through.stream().map(each -> name(each, homelab)).toList())
                        .text();
        List<String> options = new ArrayList<>();
        options.add("--entryPoints.%s.address=127.0.0.1:%d".formatted(ENTRY_POINT, port));
        HomelabTraefik.options(manifests).stream()
                .map(option -> option.replace(Traefik.WEBSECURE, ENTRY_POINT))
                .forEach(options::add);
        Gateway.Running running = Traefik.start(directory, routes, options, launcher);
        return new Gateway.Running(running.process(), running.httpsPort(), port, running.trusted());
    }

    private static String name(String middleware, Rendered checkout) {
        return checkout.traefik().stream()
                        .anyMatch(each -> each.at("/metadata/name").asText().equals(middleware))
                ? middleware
                : FORMERLY.getOrDefault(middleware, middleware);
    }
}
